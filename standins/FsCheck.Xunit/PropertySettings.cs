using System.Globalization;
using System.Reflection;
using Microsoft.FSharp.Core;

namespace FsCheck.Xunit;

/// <summary>The settings in force for one property, read from its own attribute outwards.</summary>
internal static class PropertySettings
{
    public static Config ConfigFor(MethodInfo method, Type testClass)
    {
        var nearestFirst = AttributesFor(method, testClass).ToArray();
        var config = First(nearestFirst, a => a.VerboseIfSet) == true ? Config.Verbose : Config.Quick;
        return config
            .WithMaxTest(First(nearestFirst, a => a.MaxTestIfSet) ?? config.MaxTest)
            .WithMaxRejected(First(nearestFirst, a => a.MaxRejectedIfSet) ?? config.MaxRejected)
            .WithStartSize(First(nearestFirst, a => a.StartSizeIfSet) ?? config.StartSize)
            .WithEndSize(First(nearestFirst, a => a.EndSizeIfSet) ?? config.EndSize)
            .WithQuietOnSuccess(First(nearestFirst, a => a.QuietOnSuccessIfSet) ?? false)
            .WithArbitrary(nearestFirst.SelectMany(a => a.Arbitrary))
            .WithReplay(ParseReplay(nearestFirst.Select(a => a.Replay).FirstOrDefault(text => text is not null)));
    }

    private static IEnumerable<PropertyAttribute> AttributesFor(MethodInfo method, Type testClass)
    {
        if (method.GetCustomAttribute<PropertyAttribute>() is { } own)
            yield return own;

        for (Type? type = testClass; type is not null; type = type.DeclaringType)
        {
            if (type.GetCustomAttribute<PropertiesAttribute>() is { } enclosing)
                yield return enclosing;
        }

        if (testClass.Assembly.GetCustomAttribute<PropertiesAttribute>() is { } everywhere)
            yield return everywhere;
    }

    private static T? First<T>(PropertyAttribute[] nearestFirst, Func<PropertyAttribute, T?> setting)
        where T : struct => nearestFirst.Select(setting).FirstOrDefault(value => value.HasValue);

    private static FSharpOption<Replay>? ParseReplay(string? text)
    {
        if (text is null)
            return null;

        var parts = text.Trim().TrimStart('(').TrimEnd(')').Split(',', StringSplitOptions.TrimEntries);
        if (parts.Length is not (2 or 3))
            throw new FormatException($"Replay = \"{text}\" is neither (seed,gamma) nor (seed,gamma,size).");

        var seed = ulong.Parse(parts[0], CultureInfo.InvariantCulture);
        var gamma = ulong.Parse(parts[1], CultureInfo.InvariantCulture);
        var size = parts.Length == 3 ? int.Parse(parts[2], CultureInfo.InvariantCulture) : (int?)null;
        return FSharpOption<Replay>.Some(
            new Replay(new Rnd(seed, gamma), size is { } from ? FSharpOption<int>.Some(from) : null));
    }
}
