using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Hobom.Slices.Runtime.Kafka;

/// <summary>Where librdkafka comes from: beside the application if it lies there, else the operating system's.</summary>
public static class KafkaNative
{
    /// <summary>Debian's name for it; plain <c>librdkafka.so</c> is there only with its development files.</summary>
    const string SystemName = "librdkafka.so.1";

    static readonly Lazy<string?> Loaded = new(Load);

    /// <summary>One line that says why no Kafka client can run here, or null where one can. Loads the library.</summary>
    public static string? Fault => Loaded.Value;

    /// <summary>A resolver for any assembly that calls librdkafka.</summary>
    public static nint Resolve(string name, Assembly assembly, DllImportSearchPath? search)
    {
        // The client also asks for builds of other distributions by other names; those may stay missing.
        if (name != "librdkafka") return nint.Zero;
        return NativeLibrary.TryLoad(name, assembly, search, out var bundled) ? bundled
            : NativeLibrary.TryLoad(SystemName, assembly, search, out var system) ? system
            : nint.Zero;
    }

    static string? Load()
    {
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(Library).Assembly, Resolve);
            Library.Load();
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or InvalidOperationException or EntryPointNotFoundException)
        {
            return "Kafka's native client librdkafka could not be loaded: install the package librdkafka1 "
                + $"(apt-get install librdkafka1) or place librdkafka.so beside the application ({e.Message})";
        }
    }
}
