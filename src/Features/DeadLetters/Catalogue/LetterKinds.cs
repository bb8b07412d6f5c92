using Hobom.Slices.Http;

namespace Hobom.Slices.DeadLetters.Catalogue;

/// <summary>The words that letters have for what failed.</summary>
/// <param name="flows">Those of this process's flows. Letters of others, and of newer builds, may have more.</param>
public sealed class LetterKinds(LetterCatalogue catalogue, IEnumerable<string> flows)
{
    readonly string[] flows = [.. flows];

    /// <summary>Null where it is not given. A word that no flow and no letter has is a fault: most likely it is misspelt.</summary>
    public string? Read(QueryFields fields, string name)
    {
        if (fields.Text(name) is not { } given) return null;
        // Before the letters are read nobody knows all words; then every answer is that they are not.
        if (flows.Contains(given, StringComparer.OrdinalIgnoreCase) || !catalogue.IsLoaded) return given;
        var words = catalogue.Letters.Select(l => l.Summary.Kind).OfType<string>().Concat(flows).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal).ToArray();
        return words.Contains(given, StringComparer.OrdinalIgnoreCase) ? given
            : fields.Refuse<string>(
                name,
                words.Length == 0 ? "chooses nothing here: no flow has such words" : $"must be one of {string.Join(", ", words)}");
    }
}
