using Hobom.Slices.Broker.Stores.Journal;

namespace Hobom.Slices.Broker.Stores.Memory;

/// <summary>All rows as one text, and back.</summary>
sealed partial class MemoryTables
{
    /// <summary>All of it, for a store that keeps its commands: whatever is added to the tables belongs here too.</summary>
    public TablesText Dump() => new(
        lastSequence, lastRoutedNo, lastPosition,
        [.. rows.Values.Select(r => new RowText(
            r.RowId, r.Sequence, EventJson.Write(r.Event), r.IsRouted, r.RoutedNo, r.NoConsumerSince, [.. r.Handlings.Select(AsText)])
        {
            ExpiredAt = r.ExpiredAt,
        })],
        [.. Consumers.Values.Select(ConsumerRow.Of)], new Dictionary<string, string>(Settings))
    {
        Replays = [.. Replays.Values.Select(ReplayRow.Of)], Schemas = [.. Schemas.Values], Audit = [.. Audit],
    };

    /// <summary>In place of what is here.</summary>
    public void Load(TablesText text)
    {
        rows.Clear();
        byIdentity.Clear();
        handlings.Clear();
        tokens.Clear();
        edited.Clear();
        Letters.Clear();
        Consumers.Clear();
        Settings.Clear();
        Replays.Clear();
        Schemas.Clear();
        Audit.Clear();
        (lastSequence, lastRoutedNo, lastPosition) = (text.LastSequence, text.LastRoutedNo, text.LastPosition);
        foreach (var consumer in text.Consumers.Select(c => c.AsConsumer())) Consumers[consumer.Name] = consumer;
        foreach (var (slug, value) in text.Settings) Settings[slug] = value;
        foreach (var replay in text.Replays.Select(r => r.AsReplay())) Replays[replay.Id] = replay;
        foreach (var schema in text.Schemas) Schemas[(schema.Type, schema.Version)] = schema;
        Audit.AddRange(text.Audit);
        foreach (var kept in text.Rows)
        {
            var row = new MemoryRow(kept.RowId, kept.Sequence, EventJson.Read(kept.Event))
            {
                IsRouted = kept.IsRouted, RoutedNo = kept.RoutedNo, NoConsumerSince = kept.NoConsumerSince,
                ExpiredAt = kept.ExpiredAt,
            };
            rows.Add(row.Sequence, row);
            byIdentity.Add(row.Event.Identity, row);
            foreach (var handling in kept.Handlings)
            {
                handlings.Add(handling.Id, (row, row.Handlings.Count));
                row.Handlings.Add(handling.AsHandling());
                if (handling.Token > 0) tokens[handling.Id] = handling.Token;
                if (handling.Edited is { } payload) edited[handling.Id] = payload;
                if (handling.HasLetter is { } isCurrent) Letters[handling.Id] = isCurrent;
            }
        }
    }

    HandlingText AsText(Handling handling) => HandlingText.Of(handling, tokens.GetValueOrDefault(handling.Id)) with
    {
        Edited = edited.TryGetValue(handling.Id, out var bytes) ? bytes.ToArray() : null,
        HasLetter = Letters.TryGetValue(handling.Id, out var isCurrent) ? isCurrent : null,
    };
}
