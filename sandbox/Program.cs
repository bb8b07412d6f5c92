using System.Runtime.InteropServices;
using System.Text.Json;
using Hobom.Slices.Sandbox;
using Hobom.Slices.Sandbox.Broker;
using Hobom.Slices.Sandbox.Shop;
using Hobom.Slices.Sandbox.Watch;

const string Usage =
    $"{ServeOptions.Usage}\n{WatchOptions.Usage}\n{ShopOptions.Usage}\n{BrokerCommand.Usage}\n{ReadyCommand.Usage}";

using var stopping = new CancellationTokenSource();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
try
{
    return args switch
    {
        ["--help" or "-h", ..] => Say(Usage),
        ["watch", .. var rest] => await WatchCommand.RunAsync(WatchOptions.Parse(rest), stopping.Token),
        ["shop", .. var rest] => await ShopCommand.RunAsync(
            ShopOptions.Parse(rest), Environment.GetEnvironmentVariable("HOBOM_API_KEY") ?? "", stopping.Token),
        ["broker", .. var rest] => await BrokerCommand.ServeAsync(rest, stopping.Token),
        ["broker-ready", .. var rest] => BrokerCommand.Await(rest, stopping.Token),
        ["ready", .. var rest] => await ReadyCommand.RunAsync(rest, stopping.Token),
        ["serve", .. var rest] => await ServeAsync(rest),
        _ => await ServeAsync(args),
    };
}
catch (UsageException wrong)
{
    await Console.Error.WriteLineAsync($"{wrong.Message}\n\n{Usage}");
    return 2;
}

async Task<int> ServeAsync(IReadOnlyList<string> arguments)
{
    var options = ServeOptions.Parse(arguments, Environment.GetEnvironmentVariable("HOBOM_GRPC_API_KEY"));
    await using var server = new SandboxServer(options, TimeProvider.System);
    Say(JsonSerializer.Serialize(await server.StartAsync(), JsonSerializerOptions.Web));
    if (options.EndWithStdin)
        _ = EndWithStdinAsync();
    try
    {
        await server.Feed.RunAsync(stopping.Token);
        await Task.Delay(Timeout.InfiniteTimeSpan, stopping.Token);
    }
    catch (OperationCanceledException) when (stopping.IsCancellationRequested)
    {
    }

    return 0;
}

async Task EndWithStdinAsync()
{
    while (await Console.In.ReadLineAsync() is not null)
    {
    }

    await stopping.CancelAsync();
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stopping.Cancel();
}

static int Say(string text)
{
    Console.WriteLine(text);
    return 0;
}
