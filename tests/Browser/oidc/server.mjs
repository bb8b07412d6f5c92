// A real OpenID Connect provider on loopback, for the tests. Prints {"port":n}; ends when its stdin closes.
//   GET  /control/token?kind=good|expired|early|foreign|none|hs256|audience|issuer&group=g   a bearer token as text
//   POST /control/rotate                                                             new keys, the old ones forgotten
import { createServer } from 'node:http';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import Provider from 'oidc-provider';

const [, , callback] = process.argv;
const CLIENT = { id: 'hobom', secret: 'secret-of-the-tests-of-32-characters' };

let issuer, keys, provider, foreign;

async function rotate() {
  const pair = await generateKeyPair('RS256', { extractable: true });
  keys = { ...pair, kid: `key-${Date.now()}` };
  provider = new Provider(issuer, {
    clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [callback], token_endpoint_auth_method: 'client_secret_post' }],
    jwks: { keys: [{ ...await exportJWK(pair.privateKey), kid: keys.kid, alg: 'RS256', use: 'sig' }] },
    cookies: { keys: ['cookies-of-the-tests'] },
    claims: { openid: ['sub', 'groups'], profile: ['preferred_username'] },
    // Whoever signs in as "ops-anna" is anna of the group ops.
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, groups: [id.split('-')[0]], preferred_username: id.split('-')[1] ?? id }) }),
  });
  provider.on('server_error', (_, error) => console.error(error));
}

async function token(kind, group) {
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: 'script-1', groups: [group], preferred_username: 'script' };
  const signed = new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: keys.kid })
    .setIssuer(kind === 'issuer' ? 'https://evil.example' : issuer).setAudience(kind === 'audience' ? 'another' : CLIENT.id)
    .setIssuedAt(now - 10).setNotBefore(kind === 'early' ? now + 3600 : now - 10).setExpirationTime(kind === 'expired' ? now - 120 : now + 3600);
  if (kind === 'none') return new UnsecuredJWT(claims).setIssuer(issuer).setAudience(CLIENT.id).setExpirationTime(now + 3600).encode();
  if (kind === 'hs256')
    return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: keys.kid }).setIssuer(issuer).setAudience(CLIENT.id)
      .setExpirationTime(now + 3600).sign(new TextEncoder().encode(await exportSPKI(keys.publicKey)));
  return signed.sign(kind === 'foreign' ? foreign.privateKey : keys.privateKey);
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, issuer);
  if (url.pathname === '/control/rotate') {
    await rotate();
    response.end();
  } else if (url.pathname === '/control/token') {
    response.end(await token(url.searchParams.get('kind'), url.searchParams.get('group')));
  } else provider.callback()(request, response);
});

server.listen(0, '127.0.0.1', async () => {
  issuer = `http://127.0.0.1:${server.address().port}`;
  foreign = await generateKeyPair('RS256');
  await rotate();
  console.log(JSON.stringify({ port: server.address().port }));
});
process.stdin.on('end', () => process.exit(0)).resume();
