using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.Http;

namespace Hobom.Slices.DeadLetters.Catalogue.Endpoints;

/// <summary>Reads what <see cref="LetterQuery"/> describes.</summary>
static class LetterQueryFields
{
    const int AttemptLimit = 1_000_000;

    public static LetterFilter Filter(this QueryFields fields, LetterKinds kinds) => new(
        fields.Category("category"), fields.OneOf<FailureClass>("class"), fields.Text("text"), fields.Duration("minAge"),
        fields.Duration("maxAge"), fields.Duration("expiresWithin"), fields.OneOf<LetterState>("state"), fields.Text("group"),
        fields.Number("minAttempts", AttemptLimit), fields.Text("code"), kinds.Read(fields, "kind"));
}
