// Rows by the ten thousand, without a request that holds them all.

/**
 * @param order `{eventType, count, start = 0, bodyBytes = 0, idPrefix, createdAt, payload}`: event ids are
 *   idPrefix + number, `bodyBytes` the length of the long text, `createdAt` and `payload` go into every row.
 */
export function* generatedRows(order) {
  const {
    eventType,
    count,
    start = 0,
    bodyBytes = 0,
    idPrefix = `${eventType.toLowerCase()}-`,
    payload,
    ...rest
  } = order;
  const text = 'x'.repeat(bodyBytes);
  for (let number = start; number < start + count; number++)
    yield {
      ...rest,
      eventType,
      eventId: `${idPrefix}${number}`,
      payload: { ...payloadOf(eventType, number, text), ...payload },
    };
}

function payloadOf(eventType, number, text) {
  if (eventType === 'MESSAGE')
    return {
      id: `${number}`,
      title: `제목 ${number}`,
      body: text,
      recipient: `user${number}@example.com`,
      senderId: 'sender',
      type: number % 2 === 0 ? 'MAIL_MESSAGE' : 'PUSH_MESSAGE',
    };
  if (eventType === 'SPACE_EVENT')
    return {
      entityType: 'PAGE',
      action: 'UPDATED',
      spaceKey: 'DOCS',
      pageId: String(number),
      title: `페이지 ${number} ${text}`,
      actorId: 'actor',
    };
  if (eventType === 'LAW_CHANGED')
    return {
      diffId: `diff-${number}`,
      changes: [{ articleNo: `제${number}조`, changeType: 'MODIFIED', before: '전', after: `후 ${text}` }],
    };
  return {
    traceId: `trace-${number}`,
    level: 'INFO',
    method: 'GET',
    path: `/pages/${number}`,
    statusCode: 200,
    host: 'host-1',
    userId: `user-${number}`,
    serviceType: eventType === 'SPACE_LOG' ? 'HOBOM_SPACE' : 'HOBOM_BACKEND',
    message: text,
    payload: { query: { page: `${number}` }, body: {}, headers: { authorization: 'Bearer secret' }, error: '' },
  };
}
