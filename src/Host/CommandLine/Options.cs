using System.CommandLine;
using System.Globalization;

namespace Hobom.Slices.Host.CommandLine;

/// <summary>Options of the kinds that the commands have.</summary>
static class Options
{
    /// <summary>There or not there; it takes no value.</summary>
    public static Option<bool> Flag(string name, string description) =>
        new(name) { Description = description, Arity = ArgumentArity.Zero };

    public static Option<string> Text(string name, string value, string description)
    {
        var option = new Option<string>(name) { Description = description, HelpName = value };
        option.Validators.Add(given =>
        {
            if (given.Tokens.Any(t => string.IsNullOrWhiteSpace(t.Value))) given.AddError($"{name} requires a value");
        });
        return option;
    }

    /// <summary>Null where it is not given.</summary>
    public static Option<int?> Whole(string name, int least, int most, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = given =>
        {
            if (int.TryParse(given.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number >= least && number <= most) return number;
            given.AddError($"{name} requires a number from {least} to {most}");
            return null;
        },
    };
}
