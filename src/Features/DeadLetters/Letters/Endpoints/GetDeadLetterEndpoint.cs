using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using FastEndpoints;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Masking;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Http;
using Hobom.Slices.Http.Masking;
using LanguageExt;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.DeadLetters.Letters.Endpoints;

/// <summary>The contract's look at one letter: its payload as JSON, and beside it all that is known.</summary>
public sealed class GetDeadLetterEndpoint(RedisDeadLetterStore store, TimeProvider clock, MaskRules masks, TraceLink traces)
    : EndpointWithoutRequest<object>
{
    /// <param name="Item">The payload as it is.</param>
    public sealed record WholeLetter(object Item, LetterView Letter)
    {
        /// <summary>Of an edited letter: the payload that failed.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public object? Original { get; init; }
    }

    public override void Configure()
    {
        Get("/dlq/{key}");
        Policies(Role.Reader);
        Description(b => b.Produces<WholeLetter>().Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(404).Produces<ErrorAnswer>(409)
            .Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "Show a dead letter";
            s.Description = "The key is percent-encoded: `dlq%3Amenu%3A<event id>`. `item` is the payload; one that is no JSON comes as "
                + "`payloadBase64`. Of an edited letter, `original` is the payload that failed. A discarded letter is shown until its "
                + "discard is final. Callers who are no operators get it masked, and `masked` is true.";
            s.Params["key"] = DeadLetterKeyInRoute.Description;
            s.ResponseExamples[200] = LetterExamples.WholeLetter;
            s.ResponseExamples[400] = new ErrorAnswer("a dead letter key begins with 'dlq:'") { Field = "key" };
            s.ResponseExamples[404] = new ErrorAnswer("there is no dead letter dlq:menu:0192f0c1");
            s.ResponseExamples[409] = new ErrorAnswer(RedisReading.OtherType);
            s.ResponseExamples[503] = ErrorExamples.RedisAway;
        });
    }

    public override async Task HandleAsync(CancellationToken ct)
    {
        if (!DeadLetterKeyInRoute.Read(HttpContext).TryGetRight(out var key, out var fault))
        {
            await Send.ResponseAsync(new ErrorAnswer(fault.Message) { Field = "key" }, 400, ct);
            return;
        }

        if (!(await LookAsync(key)).TryGetRight(out var lookup, out var failure))
        {
            await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
            return;
        }

        await (lookup switch
        {
            LetterLookup.Found(var letter) => SendAsync(letter, ct),
            LetterLookup.Unreadable(_, var reason) => Send.ResponseAsync(new ErrorAnswer(reason), 409, ct),
            LetterLookup.Missing => Send.ResponseAsync(new ErrorAnswer($"there is no dead letter {key}"), 404, ct),
            _ => throw new UnreachableException($"no answer to {lookup}"),
        });
    }

    async Task<Either<StoreFailure, LetterLookup>> LookAsync(DeadLetterKey key)
    {
        var lookup = await store.GetAsync(key);
        return lookup.Match(found => found is LetterLookup.Missing, _ => false) ? await store.GetDiscardedAsync(key) : lookup;
    }

    async Task SendAsync(StoredLetter letter, CancellationToken ct)
    {
        var original = Option<ReadOnlyMemory<byte>>.None;
        if (letter.Record is RecordReading.Readable { Record.Edit: not null }
            && !(await store.OriginalAsync(letter.Key)).TryGetRight(out original, out var failure))
        {
            await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
            return;
        }

        var masked = !Role.SeesAll(User);
        var answer = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(answer))
        {
            json.WriteStartObject();
            if (!Write(json, "item", "payloadBase64", Shown(letter.Payload))) json.WriteString("note", "the payload is not JSON");
            original.IfSome(bytes => Write(json, "original", "originalBase64", Shown(bytes)));
            if (masked) json.WriteBoolean("masked", true);
            json.WritePropertyName("letter");
            var view = LetterView.Of(letter, clock.GetUtcNow(), masked) with
            {
                TraceUrl = letter.Record is RecordReading.Readable(var record) ? traces.Of(record) : null,
            };
            JsonSerializer.Serialize(json, view, JsonSerializerOptions.Web);
            json.WriteEndObject();
        }

        await Send.BytesAsync(answer.WrittenSpan.ToArray(), contentType: "application/json", cancellation: ct);

        ReadOnlyMemory<byte> Shown(ReadOnlyMemory<byte> payload) =>
            masked ? JsonMask.Mask(masks.Of(letter.Key.Category), payload) : payload;
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
