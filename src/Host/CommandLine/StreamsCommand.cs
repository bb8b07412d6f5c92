using System.CommandLine;
using System.Globalization;
using Hobom.Slices.Streams.Endpoints;

namespace Hobom.Slices.Host.CommandLine;

/// <summary><c>hobom streams</c>: the event router of a running processor, over its HTTP API.</summary>
static class StreamsCommand
{
    public static Command Build(CommandTools tools)
    {
        var streams = new ApiCommand(tools, "streams", "The streams that a running processor's event router reads.");
        AddList(streams);
        AddShow(streams);
        AddEntries(streams);
        AddPause(streams, "pause", "Pauses a stream, or all of them, in every process and until resumed");
        AddPause(streams, "resume", "Resumes a stream; without one what was paused without one");
        return streams.Command;
    }

    static void AddList(ApiCommand streams) => streams.Add("list", "Lists streams", [], async (session, _) => await session.ShowAsync(
        await session.Api.GetAsync("/streams"),
        a => session.Terminal.WriteTable(
            ["STREAM", "LENGTH", "LAG", "PENDING", "LOST", "LETTERS", "OWNER", "TROUBLE"],
            a.Read<ListStreamsEndpoint.StreamList>().Streams.Select(s => (string[])
            [
                s.Stream.Stream, $"{s.Stream.Length}", Number(s.Stream.Lag), Number(s.Stream.Pending), $"{s.Stream.Lost}",
                    $"{s.Stream.Waiting}",
                OwnerOf(s), LogText.Clean(s.Paused ? "paused" : s.Here?.Problem ?? s.Here?.Alarm ?? "-", 80),
            ]))));

    static void AddShow(ApiCommand streams)
    {
        var stream = StreamArgument();
        streams.Add("show", "Shows one stream's groups and consumers", [stream], async (session, given) => await session.ShowAsync(
            await session.Api.GetAsync($"/streams/{Uri.EscapeDataString(given.GetRequiredValue(stream))}"),
            a =>
            {
                var detail = a.Read<GetStreamEndpoint.StreamDetail>();
                session.Terminal.WriteTable(
                    ["GROUP", "CONSUMERS", "PENDING", "LAG", "LAST DELIVERED"],
                    detail.Groups.Select(g =>
                        (string[])[LogText.Clean(g.Name, 60), $"{g.Consumers}", $"{g.Pending}", Number(g.Lag), g.LastDelivered]));
                session.Terminal.WriteTable(
                    ["CONSUMER", "PENDING", "IDLE S"],
                    detail.Consumers.Select(c => (string[])[LogText.Clean(c.Name, 60), $"{c.Pending}", $"{c.IdleSeconds:0.#}"]));
            }));
    }

    static void AddEntries(ApiCommand streams)
    {
        var stream = StreamArgument();
        var around = Options.Text("--around", "ID", "The id in the middle; the stream's beginning where it is not given");
        var count = Options.Whole("--count", 1, 100, "On either side (10)");
        streams.Add("entries", "Shows entries of a stream", [stream, around, count], async (session, given) => await session.ShowAsync(
            await session.Api.GetAsync(
                $"/streams/{Uri.EscapeDataString(given.GetRequiredValue(stream))}/entries?count={given.GetValue(count) ?? 10}"
                + (given.GetValue(around) is { } id ? $"&around={Uri.EscapeDataString(id)}" : "")),
            a => session.Terminal.WriteTable(
                ["ID", "TIME", "FIELDS"],
                a.Read<ListEntriesEndpoint.EntryList>().Entries.Select(e => (string[])
                [
                    e.Id, e.Time.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture),
                    LogText.Clean(string.Join(' ', e.Fields.Select(f => $"{f.Key}={f.Value}")), 200),
                ]))));
    }

    static void AddPause(ApiCommand streams, string verb, string description)
    {
        var stream = new Argument<string>("STREAM")
        {
            Description = "Its key, such as events:auth; all where it is not given", Arity = ArgumentArity.ZeroOrOne,
        };
        streams.Add(verb, description, [stream], async (session, given) => await session.ShowAsync(
            await session.Api.PostAsync(
                given.GetValue(stream) is { } one ? $"/streams/{Uri.EscapeDataString(one)}/{verb}" : $"/pollers/streams/{verb}", null),
            _ => session.Terminal.Output.WriteLine($"{verb}d")));
    }

    /// <summary>Of a stream that is dealt out also how many of its shards this process has.</summary>
    static string OwnerOf(ListStreamsEndpoint.StreamRow row)
    {
        var owner = row.OwnedHere ? "this" : LogText.Clean(row.Stream.Owner ?? "nobody", 40);
        return row.Shards.Count == 0 ? owner : $"{owner}, {row.Shards.Count(s => s.OwnedHere)} of {row.Shards.Count} shards this";
    }

    static Argument<string> StreamArgument() => new("STREAM") { Description = "Its key, such as events:auth" };

    static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";
}
