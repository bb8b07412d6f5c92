using Hobom.Slices.Core;
using Hobom.Slices.Host;
using Hobom.Slices.Host.CommandLine;
using LanguageExt;

return await HobomCommand.RunAsync(args, CommandTools.OfProcess, async () =>
{
    if (Startup.ReadAlone().Case is Either<SettingProblems, BrokerAloneSettings> alone)
        return await BrokerProcessor.RunAsync(alone);

    if (!Startup.ReadSettings().TryGetRight(out var settings, out var problems))
    {
        foreach (var problem in problems.Lines) Console.Error.WriteLine(problem);
        return ExitCode.SomeLeft;
    }

    using var signals = new Signals();
    await using var processor = Processor.Build(settings);
    return await processor.RunAsync(signals.Stopping);
});
