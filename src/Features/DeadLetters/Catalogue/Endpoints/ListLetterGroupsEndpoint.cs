using System.Text.Json.Serialization;
using FastEndpoints;
using Hobom.Slices.DeadLetters.Letters.Endpoints;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Http;
using Hobom.Slices.Http.Masking;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.DeadLetters.Catalogue.Endpoints;

/// <summary>Letters by what went wrong with them.</summary>
public sealed class ListLetterGroupsEndpoint(LetterCatalogue catalogue, LetterKinds kinds, GroupNotes notes) : Endpoint<LetterQuery, object>
{
    /// <param name="Cause">The error with ids, numbers and addresses taken out.</param>
    /// <param name="SoonestExpiry">Null where all are held.</param>
    /// <param name="Sample">The key of the newest.</param>
    /// <param name="LastHour">Letters that first failed within the last hour; <paramref name="HourBefore"/>: in the one before.</param>
    /// <param name="Note">What an operator has written of it.</param>
    public sealed record GroupView(
        string Id, string Category, string Stage, string? Class, string Cause, int Count, DateTimeOffset FirstSeen,
        DateTimeOffset LastSeen, DateTimeOffset? SoonestExpiry, string Sample, int LastHour, int HourBefore, GroupNote? Note)
    {
        /// <summary>What failed, in a word of the flow's own.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Kind { get; init; }

        public static GroupView Of(LetterGroup group, GroupNote? note) => new(
            group.Cause.GroupId, group.Cause.Category.Name, group.Cause.Stage, group.Cause.Class?.ToString().ToLowerInvariant(),
            group.Cause.Text, group.Count, group.FirstSeen, group.LastSeen, group.SoonestExpiry, group.Sample.Format(),
            group.LastHour, group.HourBefore, note)
        {
            Kind = group.Cause.Kind,
        };
    }

    public sealed record LetterGroupList(IReadOnlyList<GroupView> Groups);

    public override void Configure()
    {
        Get("/dlq/groups");
        Policies(Role.Reader);
        Description(b => b.Produces<LetterGroupList>().Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "Group dead letters by cause";
            s.Description =
                "The largest group first. A group's id stays the same through restarts and chooses its letters in `GET /dlq?group=`.";
            LetterQuery.Describe(s);
            s.ResponseExamples[200] = new LetterGroupList(
            [
                new GroupView(
                    LetterExamples.Letter.Group, "menu", "publish", "transient", "broker <host> timed out after <n> ms", 214,
                    LetterExamples.Letter.FirstFailedAt, LetterExamples.Letter.LastFailedAt, LetterExamples.Letter.ExpiresAt,
                    LetterExamples.Letter.Key, 40, 12, LetterExamples.Note),
            ]);
            s.ResponseExamples[400] = new ErrorAnswer("class must be one of transient, permanent, unknown, refused") { Field = "class" };
            s.ResponseExamples[503] = LetterExamples.NotLoaded;
        });
    }

    public override Task HandleAsync(LetterQuery req, CancellationToken ct)
    {
        var fields = new QueryFields(HttpContext.Request.Query);
        var filter = fields.Filter(kinds);
        return fields.End() is { } wrong ? Send.ResponseAsync(wrong, 400, ct)
            : !catalogue.IsLoaded ? Send.ResponseAsync(LetterExamples.NotLoaded, 503, ct)
            : Send.OkAsync(new LetterGroupList([.. catalogue.Groups(filter).Select(g => GroupView.Of(g, NoteOf(g)))]), ct);
    }

    GroupNote? NoteOf(LetterGroup group) =>
        notes.Of(group.Cause.GroupId) is not { } note ? null
        : Role.SeesAll(User) ? note
        : note with { Text = TextMask.MaskText(note.Text) };
}
