using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Masking;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Http;
using Hobom.Slices.Http.Masking;
using LanguageExt;

namespace Hobom.Slices.DeadLetters.Letters.Endpoints;

/// <summary>How much of a letter is shown.</summary>
/// <param name="Record">Errors, headers and keys as they are.</param>
/// <param name="Payload">What it holds, as it is.</param>
public readonly record struct LetterSight(bool Record, bool Payload);

/// <summary>What one letter is answered with, masked as far as it must be.</summary>
public sealed class LetterAnswers(RedisDeadLetterStore store, TimeProvider clock, MaskRules masks, TraceLink traces)
{
    /// <returns>The answer as JSON; or the refusal with its status.</returns>
    public async Task<Either<(int Status, ErrorAnswer Error), byte[]>> OfAsync(DeadLetterKey key, LetterSight sight)
    {
        if (!(await LookAsync(key)).TryGetRight(out var lookup, out var failure)) return (503, new ErrorAnswer(failure.Message));
        return lookup switch
        {
            LetterLookup.Found(var letter) => await OfAsync(letter, sight),
            LetterLookup.Unreadable(_, var reason) => (409, new ErrorAnswer(reason)),
            LetterLookup.Missing => (404, new ErrorAnswer($"there is no dead letter {key}")),
            _ => throw new UnreachableException($"no answer to {lookup}"),
        };
    }

    async Task<Either<StoreFailure, LetterLookup>> LookAsync(DeadLetterKey key)
    {
        var lookup = await store.GetAsync(key);
        return lookup.Match(found => found is LetterLookup.Missing, _ => false) ? await store.GetDiscardedAsync(key) : lookup;
    }

    async Task<Either<(int Status, ErrorAnswer Error), byte[]>> OfAsync(StoredLetter letter, LetterSight sight)
    {
        var original = Option<ReadOnlyMemory<byte>>.None;
        if (letter.Record is RecordReading.Readable { Record.Edit: not null }
            && !(await store.OriginalAsync(letter.Key)).TryGetRight(out original, out var failure))
            return (503, new ErrorAnswer(failure.Message));

        var answer = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(answer))
        {
            json.WriteStartObject();
            if (!Write(json, "item", "payloadBase64", Shown(letter.Payload))) json.WriteString("note", "the payload is not JSON");
            original.IfSome(bytes => Write(json, "original", "originalBase64", Shown(bytes)));
            if (!sight.Payload) json.WriteBoolean("masked", true);
            json.WritePropertyName("letter");
            var view = LetterView.Of(letter, clock.GetUtcNow(), masked: !sight.Record) with
            {
                TraceUrl = letter.Record is RecordReading.Readable(var record) ? traces.Of(record) : null,
            };
            JsonSerializer.Serialize(json, view, JsonSerializerOptions.Web);
            json.WriteEndObject();
        }

        return answer.WrittenSpan.ToArray();

        ReadOnlyMemory<byte> Shown(ReadOnlyMemory<byte> payload) =>
            sight.Payload ? payload : JsonMask.Mask(masks.Of(letter.Key.Category), payload);
    }

    /// <summary>JSON as it is, byte for byte; anything else is null and, beside it, in base 64: then false.</summary>
    static bool Write(Utf8JsonWriter json, string name, string otherwise, ReadOnlyMemory<byte> payload)
    {
        json.WritePropertyName(name);
        if (DeadLetterDecisions.IsJson(payload.Span))
        {
            json.WriteRawValue(payload.Span, skipInputValidation: true);
            return true;
        }

        json.WriteNullValue();
        json.WriteBase64String(otherwise, payload.Span);
        return false;
    }
}
