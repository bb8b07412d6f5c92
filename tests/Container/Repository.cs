using System.Reflection;

namespace Hobom.Slices.Tests.Container;

static class Repository
{
    public static string Root { get; } = Assembly.GetExecutingAssembly()
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Repository").Value!;

    public static string PathOf(string file) => Path.Combine(Root, file);
}
