
namespace Hobom.Slices.Host.CommandLine;

/// <summary>What a command gets from the process around it.</summary>
/// <param name="Setting">An environment variable's value.</param>
/// <param name="Variables">Every setting as the processor reads it: the environment over a .env file.</param>
/// <param name="Transport">Makes what requests go through; each command disposes of its own.</param>
/// <param name="Second">Waits from one look at something to the next.</param>
sealed record CommandTools(
    Terminal Terminal, Func<string, string?> Setting, Func<IReadOnlyDictionary<string, string>> Variables,
    Func<HttpMessageHandler> Transport, Func<Task> Second)
{
    public static CommandTools OfProcess => new(
        Terminal.OfProcess, Environment.GetEnvironmentVariable, Startup.ReadableVariables, ProcessorApi.NewTransport,
        () => Task.Delay(TimeSpan.FromSeconds(1)));
}

/// <summary>The exit codes of all commands.</summary>
static class ExitCode
{
    public const int Done = 0;

    /// <summary>Some of what was asked for was not done, or is left; the run of the processor: it could not start.</summary>
    public const int SomeLeft = 1;

    public const int WrongArguments = 2;

    /// <summary>The processor could not be reached, or refused.</summary>
    public const int NotServed = 3;
}
