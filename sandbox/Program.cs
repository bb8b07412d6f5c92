using System.Runtime.InteropServices;
using System.Text.Json;
using Hobom.Slices.Sandbox;
using Hobom.Slices.Sandbox.Watch;

using var stopping = new CancellationTokenSource();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
try
{
    return args switch
    {
        ["--help" or "-h", ..] => Say($"{ServeOptions.Usage}\n{WatchOptions.Usage}"),
        ["watch", .. var rest] => await WatchCommand.RunAsync(WatchOptions.Parse(rest), stopping.Token),
        ["serve", .. var rest] => await ServeAsync(rest),
        _ => await ServeAsync(args),
    };
}
catch (UsageException wrong)
{
    await Console.Error.WriteLineAsync($"{wrong.Message}\n\n{ServeOptions.Usage}\n{WatchOptions.Usage}");
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
