using Hobom.Slices.Core;
using Hobom.Slices.Host;
using Hobom.Slices.Host.Access;
using Hobom.Slices.Host.CommandLine;

if (args is ["--version"])
{
    Console.WriteLine($"hobom {typeof(Settings).Assembly.GetName().Version?.ToString(3)}");
    return 0;
}

if (args is ["keys", .. var rest]) return KeysCommand.Run(rest, Console.Out, Console.Error);

if (args is ["dlq", .. var order])
{
    using var transport = ProcessorApi.NewTransport();
    return await DlqCommand.RunAsync(
        order, Terminal.OfProcess, Environment.GetEnvironmentVariable, transport, () => Task.Delay(TimeSpan.FromSeconds(1)));
}

if (args is ["--help" or "-h"])
{
    Console.WriteLine(DlqHelp.All);
    return 0;
}

if (args is not [])
{
    Console.Error.WriteLine(DlqHelp.All);
    return 2;
}

if (!Startup.ReadSettings().Succeeded(out var settings, out var problems))
{
    foreach (var problem in problems.Lines) Console.Error.WriteLine(problem);
    return 1;
}

using var signals = new Signals();
await using var processor = Processor.Build(settings);
return await processor.RunAsync(signals.Stopping);
