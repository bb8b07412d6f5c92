using System.Text;
using LanguageExt;

namespace Hobom.Slices.Broker.Capture;

/// <summary>A table as the database knows it.</summary>
public sealed record TableName(string Schema, string Name)
{
    /// <summary>
    /// <c>public.users</c>, or with parts in double quotes, which are taken as they are: <c>"My Shop"."Users"</c>.
    /// </summary>
    /// <param name="usualSchema">Where none is named.</param>
    /// <param name="folds">Parts without quotes are lower case, as PostgreSQL takes them.</param>
    public static Either<CaptureFault, TableName> Parse(string text, string usualSchema, bool folds)
    {
        if (Parts(text, folds) is not { } parts) return new CaptureFault("--table", "a quote is not closed, or something follows one");
        return parts switch
        {
            [var name] => new TableName(usualSchema, name),
            [var schema, var name] => new TableName(schema, name),
            _ => new CaptureFault("--table", "name a table, or a schema and a table: public.users"),
        };
    }

    /// <summary>A list of columns by the same rules, parted by commas.</summary>
    public static IReadOnlyList<string>? Names(string text, bool folds) => Parts(text, folds, ',');

    static List<string>? Parts(string text, bool folds, char separator = '.')
    {
        var parts = new List<string>();
        for (var at = 0; ; at++)
        {
            if (at < text.Length && text[at] == '"')
            {
                if (Quoted(text, ref at) is not { } quoted) return null;
                parts.Add(quoted);
            }
            else
            {
                var end = text.IndexOf(separator, at) is >= 0 and var found ? found : text.Length;
                var plain = text[at..end].Trim();
                if (plain.Contains('"')) return null;
                parts.Add(folds ? plain.ToLowerInvariant() : plain);
                at = end;
            }

            if (at >= text.Length) return parts;
            if (text[at] != separator) return null;
        }
    }

    /// <summary>Moves behind the closing quote; null where there is none.</summary>
    static string? Quoted(string text, ref int at)
    {
        var name = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] != '"')
            {
                name.Append(text[at]);
                continue;
            }

            at++;
            if (at >= text.Length || text[at] != '"') return name.ToString();
            name.Append('"');
        }

        return null;
    }
}
