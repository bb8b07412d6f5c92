using System.CommandLine;
using System.Text.Json;
using Hobom.Slices.Core;

namespace Hobom.Slices.Host.CommandLine;

/// <summary>
/// A command whose subcommands ask a running processor: <c>--url</c>, <c>--json</c>, the key and the exit codes.
/// </summary>
sealed class ApiCommand
{
    readonly CommandTools tools;
    readonly Option<bool> json = Options.Flag("--json", "The server's JSON as it is");
    readonly Option<string> url = Options.Text(
        "--url", "URL",
        "The processor; or HOBOM_API_URL; http://127.0.0.1:8082 where neither is given. "
        + "The key comes from HOBOM_API_KEY or HOBOM_INTERNAL_API_KEY, never from an argument");

    public ApiCommand(CommandTools tools, string name, string description)
    {
        this.tools = tools;
        Command = new Command(name, description) { json, url };
        json.Recursive = url.Recursive = true;
    }

    public Command Command { get; }

    /// <summary>Adds a subcommand with its arguments and options.</summary>
    /// <param name="ask">Gives the exit code.</param>
    public void Add(string name, string description, IEnumerable<Symbol> symbols, Func<ApiSession, ParseResult, Task<int>> ask)
    {
        var command = new Command(name, description);
        foreach (var argument in symbols.OfType<Argument>()) command.Add(argument);
        foreach (var option in symbols.OfType<Option>()) command.Add(option);
        Add(command, ask);
    }

    public void Add(Command command, Func<ApiSession, ParseResult, Task<int>> ask)
    {
        command.SetAction((given, _) => RunAsync(given, ask));
        Command.Add(command);
    }

    async Task<int> RunAsync(ParseResult given, Func<ApiSession, ParseResult, Task<int>> ask)
    {
        if (!ApiAddress.Read(given.GetValue(url), tools.Setting).TryGetRight(out var address, out var fault))
        {
            await tools.Terminal.Error.WriteLineAsync(fault);
            return ExitCode.WrongArguments;
        }

        using var transport = tools.Transport();
        using var api = new ProcessorApi(transport, address.Root, address.Key);
        try
        {
            return await ask(new ApiSession(api, tools.Terminal, given.GetValue(json), tools.Second), given);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            await tools.Terminal.Error.WriteLineAsync("the answer is none of this API; is the URL the processor's?");
            return ExitCode.NotServed;
        }
    }
}

/// <summary>One run of a command against one processor.</summary>
/// <param name="Json">The server's own text is wanted.</param>
sealed record ApiSession(ProcessorApi Api, Terminal Terminal, bool Json, Func<Task> Second)
{
    /// <summary>Shows an answer, or why there is none; gives the exit code.</summary>
    public Task<int> ShowAsync(LanguageExt.Either<string, ApiAnswer> received, Action<ApiAnswer> show)
    {
        if (!received.IsServed(Terminal, out var answer)) return Task.FromResult(ExitCode.NotServed);
        if (Json) Terminal.WriteJson(answer.Body);
        else show(answer);
        return Task.FromResult(ExitCode.Done);
    }
}

static class ApiAnswers
{
    /// <summary>Tells why an answer is of no use.</summary>
    public static bool IsServed(this LanguageExt.Either<string, ApiAnswer> received, Terminal terminal, out ApiAnswer answer)
    {
        if (received.TryGetRight(out answer!, out var unreachable) && answer.Error is null) return true;
        terminal.Error.WriteLine(LogText.Clean(unreachable ?? answer!.Error!, 1000));
        return false;
    }
}
