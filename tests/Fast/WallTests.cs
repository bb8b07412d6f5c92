using System.Reflection;
using Hobom.Slices.DeadLetters;
using Hobom.Slices.Law;
using Hobom.Slices.Logs;
using Hobom.Slices.Messages;
using Hobom.Slices.Runtime;
using Hobom.Slices.Space;

namespace Hobom.Slices.Tests.Fast;

/// <summary>The walls of docs/ARCHITECTURE.md, read from what the compiled assemblies refer to.</summary>
public sealed class WallTests
{
    static readonly Assembly[] Slices =
    [
        typeof(MessagesSlice).Assembly, typeof(LogsSlice).Assembly, typeof(SpaceSlice).Assembly, typeof(LawSlice).Assembly,
    ];

    public static TheoryData<string> SliceNames => [.. Slices.Select(s => s.GetName().Name!)];

    [Fact]
    public void Core_sees_LanguageExt_and_the_base_class_library_only() =>
        Assert.All(
            ReferencesOf(typeof(EventId).Assembly),
            name => Assert.True(name is "LanguageExt.Core" || IsBaseLibrary(name), $"Core refers to {name}"));

    [Fact]
    public void Core_has_no_way_to_files_sockets_or_the_console() =>
        Assert.DoesNotContain(
            ReferencesOf(typeof(EventId).Assembly),
            name => name is "System.Console" or "System.Net.Http" or "System.Net.Sockets" or "System.IO.FileSystem"
                or "System.Diagnostics.Process" or "System.Threading.Timer");

    [Fact]
    public void Runtime_knows_no_slice() =>
        Assert.DoesNotContain(
            ReferencesOf(typeof(Slice).Assembly),
            name => name.StartsWith("Hobom.Slices", StringComparison.Ordinal) && name != "Hobom.Slices.Core");

    [Theory]
    [MemberData(nameof(SliceNames))]
    public void A_slice_sees_Core_and_Runtime_and_neither_another_slice_nor_a_store_nor_Kafka(string slice) =>
        Assert.DoesNotContain(
            ReferencesOf(Slices.Single(s => s.GetName().Name == slice)),
            name => name is "StackExchange.Redis" or "Confluent.Kafka"
                || (name.StartsWith("Hobom.Slices", StringComparison.Ordinal)
                    && name is not "Hobom.Slices.Core" and not "Hobom.Slices.Runtime"));

    [Fact]
    public void Dead_letters_see_Redis_and_neither_Kafka_nor_gRPC_nor_another_slice() =>
        Assert.DoesNotContain(
            ReferencesOf(typeof(RedisDeadLetterStore).Assembly),
            name => name is "Confluent.Kafka" || name.StartsWith("Grpc", StringComparison.Ordinal)
                || (name.StartsWith("Hobom.Slices", StringComparison.Ordinal)
                    && name is not "Hobom.Slices.Core" and not "Hobom.Slices.Runtime"));

    /// <summary>The compiler's wall: what a project may see is what its references let through.</summary>
    [Theory]
    [InlineData("src/Shared/Runtime/Hobom.Slices.Runtime.csproj", "StackExchange.Redis")]
    [InlineData("src/Shared/Runtime/Hobom.Slices.Runtime.csproj", "Confluent.Kafka")]
    public void A_client_package_of_Runtime_is_private_to_it(string project, string package)
    {
        var line = File.ReadLines(Path.Combine(RepositoryRoot(), project))
            .First(l => l.Contains($"<PackageReference Include=\"{package}\"", StringComparison.Ordinal));
        Assert.Contains("PrivateAssets=\"compile\"", line, StringComparison.Ordinal);
    }

    static string[] ReferencesOf(Assembly assembly) => [.. assembly.GetReferencedAssemblies().Select(r => r.Name!)];

    static bool IsBaseLibrary(string name) =>
        name is "netstandard" or "mscorlib" || name.StartsWith("System.", StringComparison.Ordinal);

    static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Hobom.Slices.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
