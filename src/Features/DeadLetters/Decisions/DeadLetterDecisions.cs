using System.Text.Json;
using System.Text.Unicode;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;
using LanguageExt;

namespace Hobom.Slices.DeadLetters.Decisions;

/// <summary>What a letter that fails again finds in the store.</summary>
/// <param name="TimeLeft">Null where it never expires.</param>
public sealed record ExistingLetter(RecordReading Record, TimeSpan? TimeLeft);

/// <summary>What saving a letter writes.</summary>
public abstract record SaveDecision
{
    SaveDecision()
    {
    }

    /// <param name="TimeToLive">Null where the letter was kept from expiring and stays so.</param>
    public sealed record Write(LetterRecord Record, TimeSpan? TimeToLive) : SaveDecision;

    /// <summary>The store knows it all already.</summary>
    public sealed record Nothing : SaveDecision;
}

/// <summary>Why a text cannot be a prefix of dead letter keys.</summary>
public sealed record PrefixFault(string Message);

/// <summary>Pure decisions about dead letters.</summary>
public static partial class DeadLetterDecisions
{
    /// <summary>Of a letter that fails again and again the first and the last attempts are kept.</summary>
    public const int FirstAttemptsKept = 10;
    public const int LastAttemptsKept = 40;

    const int TextLimit = 1000;

    /// <summary>A row that is refused at every visit is written again only when its letter's life is half over.</summary>
    static readonly TimeSpan RenewalLimit = DeadLetter.TimeToLive / 2;

    public static SaveDecision PlanSave(ExistingLetter? onFile, DeadLetter letter)
    {
        var existing = (onFile?.Record as RecordReading.Readable)?.Record;
        var merged = Merge(existing, letter);
        if (onFile?.Record is RecordReading.Unreadable { Text: { } earlier }) merged = merged with { Earlier = earlier };
        var lives = onFile?.TimeLeft is not { } left || left > RenewalLimit;
        if (existing is not null && ReferenceEquals(merged, existing) && lives) return new SaveDecision.Nothing();
        return new SaveDecision.Write(merged, letter.IsView ? null : TimeToLive(onFile));
    }

    /// <summary>
    /// Adds a visit's failure to what is known: attempts are appended, the first failure stays the first, all else
    /// is the newest's. A visit that is saved twice counts once. A row refused again for the same reason adds no attempt:
    /// where the letter is as that refusal left it, the very same record comes back.
    /// </summary>
    public static LetterRecord Merge(LetterRecord? existing, DeadLetter letter)
    {
        var sha256 = LetterEdits.Digest(letter.Payload.Span);
        var reason = Clip(letter.Reason);
        if (existing is { Class: FailureClass.Refused } && letter.Class == FailureClass.Refused
            && existing.Stage == letter.Stage && existing.Reason == reason)
        {
            // The row takes the place of what a person made of it, here too: else it would be sent as if it were mended.
            return existing is { Edit: null, Discarded: null } && existing.PayloadSha256 == sha256
                ? existing
                : existing with
                {
                    PayloadSha256 = sha256, PayloadBytes = letter.Payload.Length, Edit = null, Discarded = null, Row = RowState.Pending,
                };
        }

        var known = existing?.Attempts ?? [];
        var count = existing?.AttemptCount ?? 0;
        var added = letter.Attempts.Select(AttemptRecordOf)
            .Where(a => !known.Any(k => k with { Number = 0 } == a))
            .Select(a => a with { Number = ++count }).ToList();
        return new LetterRecord(
            LetterRecord.CurrentVersion, letter.EventId?.Value, letter.EventType, letter.Key.Category.Name,
            letter.Topic, letter.RecordKey, OwnHeaders(letter), letter.Stage, letter.Class, reason,
            Cap([.. known, .. added]), count,
            existing is { MaybeWritten: true } || letter.Attempts.Any(a => a.MaybeWritten),
            Earliest(existing?.FirstFailedAt, letter.FailedAt), Latest(existing?.LastFailedAt, letter.FailedAt),
            letter.Payload.Length, sha256, RowState.Pending, existing?.Earlier, existing?.History)
        {
            // The failed payload takes an edited one's place again; what a lost replay did stays open.
            Claim = existing?.Claim,
            TraceParent = existing?.TraceParent ?? letter.TraceParent,
            Kind = letter.Kind,
            Others = existing?.Others,
        };
    }

    /// <returns>The prefix, <c>dlq:</c> where none was asked for.</returns>
    public static Either<PrefixFault, string> ParsePrefix(string? text)
    {
        if (string.IsNullOrEmpty(text)) return DeadLetterKey.Prefix;
        if (!text.StartsWith(DeadLetterKey.Prefix, StringComparison.Ordinal))
            return new PrefixFault($"prefix must begin with '{DeadLetterKey.Prefix}'");
        if (text.AsSpan().ContainsAny(@"*?[]\"))
            return new PrefixFault(@"prefix must not hold any of * ? [ ] \");
        return text;
    }

    /// <summary>Whether any key of the category can begin with the prefix.</summary>
    public static bool MayHold(Category category, string prefix)
    {
        var start = $"{DeadLetterKey.Prefix}{category.Name}:";
        return start.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(start, StringComparison.Ordinal);
    }

    /// <summary>Whether a payload can stand in an answer as JSON.</summary>
    public static bool IsJson(ReadOnlySpan<byte> payload)
    {
        // The reader checks the form but not the encoding of strings.
        if (!Utf8.IsValid(payload)) return false;
        var reader = new Utf8JsonReader(payload, new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>A life of 72 h starts anew, and is never shorter than what was left.</summary>
    static TimeSpan? TimeToLive(ExistingLetter? onFile) =>
        onFile is null ? DeadLetter.TimeToLive
        : onFile.TimeLeft is not { } left ? null
        : left > DeadLetter.TimeToLive ? left
        : DeadLetter.TimeToLive;

    static AttemptRecord AttemptRecordOf(Attempt attempt) =>
        new(0, attempt.StartedAt, attempt.Took.TotalMilliseconds, attempt.Class, Clip(attempt.Code),
            Clip(attempt.Message), attempt.MaybeWritten);

    /// <summary>A record that carries many events names them all; a letter is about one.</summary>
    static List<RecordHeader> OwnHeaders(DeadLetter letter) =>
        [.. letter.Headers.Where(h => h.Name != RecordHeader.EventId || h.Value == letter.EventId?.Value)];

    static List<AttemptRecord> Cap(List<AttemptRecord> attempts) =>
        attempts.Count <= FirstAttemptsKept + LastAttemptsKept
            ? attempts
            : [.. attempts.Take(FirstAttemptsKept), .. attempts.TakeLast(LastAttemptsKept)];

    static DateTimeOffset Earliest(DateTimeOffset? known, DateTimeOffset now) => known < now ? known.Value : now;

    static DateTimeOffset Latest(DateTimeOffset? known, DateTimeOffset now) => known > now ? known.Value : now;

    static string Clip(string text) =>
        text.Length <= TextLimit ? text
        : text[..(char.IsHighSurrogate(text[TextLimit - 1]) ? TextLimit - 1 : TextLimit)] + "…";
}
