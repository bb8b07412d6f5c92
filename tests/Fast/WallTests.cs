using System.Diagnostics;
using System.IO.Pipes;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Security.Cryptography;
using Hobom.Slices.Audit;
using Hobom.Slices.Broker;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Http;
using Hobom.Slices.Law;
using Hobom.Slices.Links;
using Hobom.Slices.Logs;
using Hobom.Slices.Messages;
using Hobom.Slices.Page;
using Hobom.Slices.Runtime;
using Hobom.Slices.Space;
using Hobom.Slices.Storage;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Tests.Fast;

/// <summary>The walls of docs/ARCHITECTURE.md, read from what the compiled assemblies refer to.</summary>
public sealed class WallTests
{
    static readonly Assembly[] Slices =
    [
        typeof(MessagesSlice).Assembly, typeof(LogsSlice).Assembly, typeof(SpaceSlice).Assembly, typeof(LawSlice).Assembly,
    ];

    static readonly string[] SeenByAll = ["Hobom.Slices.Core", "Hobom.Slices.Runtime", "Hobom.Slices.Audit", "Hobom.Slices.Http"];

    public static TheoryData<string> SliceNames => [.. Slices.Select(s => s.GetName().Name!)];

    [Fact]
    public void Core_sees_LanguageExt_and_the_base_class_library_only() =>
        Assert.All(
            ReferencesOf(typeof(Core.EventId).Assembly),
            name => Assert.True(name is "LanguageExt.Core" || IsBaseLibrary(name), $"Core refers to {name}"));

    [Fact]
    public void Core_has_no_way_to_files_sockets_or_the_console() =>
        Assert.DoesNotContain(
            ReferencesOf(typeof(Core.EventId).Assembly),
            name => name is "System.Console" or "System.Net.Http" or "System.Net.Sockets" or "System.Diagnostics.Process");

    /// <summary>
    /// Files, clocks and chance lie in the assembly that everybody refers to: there the compiler is the wall
    /// (src/BannedSymbols.txt). A misspelt ban would ban nothing, and say nothing.
    /// </summary>
    [Theory]
    [MemberData(nameof(Bans))]
    public void A_ban_names_something_that_exists_and_says_why(string ban)
    {
        var (symbol, why) = ban.Split(';') is [var banned, var reason] ? (banned, reason) : (ban, "");
        Assert.NotEqual("", why);
        Assert.True(Exists(symbol[0], symbol[2..]), $"there is no {symbol}");
    }

    public static TheoryData<string> Bans => [.. File.ReadLines(Path.Combine(RepositoryRoot(), "src/BannedSymbols.txt"))];

    static bool Exists(char kind, string name) => kind switch
    {
        'N' => BannedFrom.Any(assembly => assembly.GetExportedTypes().Any(t => t.Namespace == name)),
        'T' => TypeOf(name) is not null,
        'P' => TypeOf(OwnerOf(name))?.GetProperty(name[(OwnerOf(name).Length + 1)..]) is not null,
        'M' => TypeOf(OwnerOf(name))?.GetMethods().Any(m => $"{OwnerOf(name)}.{Signature(m)}" == name) is true,
        _ => false,
    };

    static readonly Assembly[] BannedFrom =
    [
        typeof(object).Assembly, typeof(Console).Assembly, typeof(Process).Assembly, typeof(Socket).Assembly, typeof(HttpClient).Assembly, typeof(Dns).Assembly,
        typeof(System.Net.NetworkInformation.NetworkInterface).Assembly,
        typeof(NamedPipeClientStream).Assembly, typeof(RandomNumberGenerator).Assembly, typeof(ILogger).Assembly,
    ];

    static Type? TypeOf(string name) => BannedFrom.Select(assembly => assembly.GetType(name)).FirstOrDefault(t => t is not null);

    static string OwnerOf(string member)
    {
        var end = member.IndexOf('(', StringComparison.Ordinal);
        return member[..(end < 0 ? member : member[..end]).LastIndexOf('.')];
    }

    static string Signature(MethodInfo method)
    {
        var parameters = method.GetParameters();
        return parameters.Length == 0 ? method.Name : $"{method.Name}({string.Join(',', parameters.Select(p => p.ParameterType.FullName))})";
    }

    [Fact]
    public void Runtime_knows_no_slice() =>
        Assert.DoesNotContain(
            ReferencesOf(typeof(Slice).Assembly),
            name => IsOurs(name) && name != "Hobom.Slices.Core");

    [Fact]
    public void The_audit_knows_no_slice_and_no_route() =>
        Assert.DoesNotContain(
            ReferencesOf(typeof(AuditTrail).Assembly),
            name => name is "FastEndpoints" or "Confluent.Kafka"
                || (IsOurs(name) && name is not "Hobom.Slices.Core" and not "Hobom.Slices.Runtime"));

    [Fact]
    public void What_routes_share_knows_no_slice_and_no_store() =>
        Assert.DoesNotContain(
            ReferencesOf(typeof(ErrorAnswer).Assembly),
            name => name is "StackExchange.Redis" or "Confluent.Kafka"
                || (IsOurs(name) && name is not "Hobom.Slices.Core" and not "Hobom.Slices.Runtime" and not "Hobom.Slices.Audit"));

    /// <summary>What guards the API, and the pollers' routes, are about no letter: only what wires the slices knows them.</summary>
    [Theory]
    [InlineData("src/Host/Access")]
    [InlineData("src/Host/Guards")]
    public void What_guards_the_API_knows_no_slice(string folder) =>
        Assert.All(
            Directory.EnumerateFiles(Path.Combine(RepositoryRoot(), folder), "*.cs"),
            file => Assert.DoesNotMatch(@"Hobom\.Slices\.(Broker|DeadLetters|Law|Links|Logs|Messages|Space)\b", File.ReadAllText(file)));

    [Theory]
    [MemberData(nameof(SliceNames))]
    public void A_slice_sees_what_is_shared_and_neither_another_slice_nor_a_store_nor_Kafka(string slice) =>
        Assert.DoesNotContain(
            ReferencesOf(Slices.Single(s => s.GetName().Name == slice)),
            name => name is "StackExchange.Redis" or "Confluent.Kafka"
                || (IsOurs(name) && !SeenByAll.Contains(name)));

    [Fact]
    public void Dead_letters_see_Redis_and_neither_Kafka_nor_gRPC_nor_another_slice() =>
        Assert.DoesNotContain(
            ReferencesOf(typeof(RedisDeadLetterStore).Assembly),
            name => name is "Confluent.Kafka" || name.StartsWith("Grpc", StringComparison.Ordinal)
                || (IsOurs(name) && !SeenByAll.Contains(name)));

    [Fact]
    public void The_broker_sees_its_stores_and_neither_Kafka_nor_gRPC_nor_another_slice() =>
        Assert.DoesNotContain(
            ReferencesOf(typeof(BrokerSlice).Assembly),
            name => name is "Confluent.Kafka" || name.StartsWith("Grpc", StringComparison.Ordinal)
                || (IsOurs(name) && name is not "Hobom.Slices.Storage" && !SeenByAll.Contains(name)));

    /// <summary>They lie in the broker's store, and know no more of it than what is shared.</summary>
    [Fact]
    public void Links_see_no_driver_and_no_other_slice() =>
        Assert.DoesNotContain(
            ReferencesOf(typeof(LinksSlice).Assembly),
            name => name is "StackExchange.Redis" or "Confluent.Kafka" or "Npgsql" or "Microsoft.Data.Sqlite"
                || (IsOurs(name) && name is not "Hobom.Slices.Storage" && !SeenByAll.Contains(name)));

    [Fact]
    public void Storage_knows_no_slice_and_no_driver() =>
        Assert.DoesNotContain(
            ReferencesOf(typeof(SqlEdge).Assembly),
            name => name is "Npgsql" or "Microsoft.Data.Sqlite" or "FastEndpoints" || (IsOurs(name) && name != "Hobom.Slices.Core"));

    /// <summary>A folder of one assembly has no references of its own: its files say what it uses.</summary>
    [Theory]
    [InlineData("src/Features/Broker/Core")]
    [InlineData("src/Features/Links/Core")]
    public void A_slices_core_uses_LanguageExt_and_the_base_library_only(string folder) =>
        Assert.All(
            Directory.EnumerateFiles(Path.Combine(RepositoryRoot(), folder), "*.cs", SearchOption.AllDirectories)
                .SelectMany(File.ReadLines).Where(l => l.StartsWith("using ", StringComparison.Ordinal)),
            line => Assert.Matches(
                @"^using (static )?(System|LanguageExt|Hobom\.Slices\.(Core|Rows))\b(?!\.(Data|Net|IO)\b)", line));

    [Fact]
    public void The_page_sees_what_is_shared_and_no_slice_and_no_store() =>
        Assert.DoesNotContain(
            ReferencesOf(typeof(PageSlice).Assembly),
            name => name is "StackExchange.Redis" or "Confluent.Kafka" || (IsOurs(name) && !SeenByAll.Contains(name)));

    /// <summary>The compiler's wall: what a project may see is what its references let through.</summary>
    [Theory]
    [InlineData("src/Shared/Runtime/Hobom.Slices.Runtime.csproj", "StackExchange.Redis")]
    [InlineData("src/Shared/Runtime/Hobom.Slices.Runtime.csproj", "Confluent.Kafka")]
    [InlineData("src/Features/Broker/Hobom.Slices.Broker.csproj", "Npgsql")]
    [InlineData("src/Features/Broker/Hobom.Slices.Broker.csproj", "Microsoft.Data.Sqlite")]
    [InlineData("src/Features/Broker/Hobom.Slices.Broker.csproj", "NATS.Net")]
    [InlineData("src/Features/Broker/Hobom.Slices.Broker.csproj", "NJsonSchema")]
    [InlineData("src/Features/Broker/Hobom.Slices.Broker.csproj", "StackExchange.Redis")]
    public void A_client_package_is_private_to_who_speaks_with_it(string project, string package)
    {
        var line = File.ReadLines(Path.Combine(RepositoryRoot(), project))
            .First(l => l.Contains($"<PackageReference Include=\"{package}\"", StringComparison.Ordinal));
        Assert.Contains("PrivateAssets=\"compile\"", line, StringComparison.Ordinal);
    }

    static string[] ReferencesOf(Assembly assembly) => [.. assembly.GetReferencedAssemblies().Select(r => r.Name!)];

    static bool IsOurs(string name) => name.StartsWith("Hobom.Slices", StringComparison.Ordinal);

    static bool IsBaseLibrary(string name) =>
        name is "netstandard" or "mscorlib" || name.StartsWith("System.", StringComparison.Ordinal);

    static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Hobom.Slices.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
