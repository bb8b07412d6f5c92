using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Hobom.Slices.Host.Access;

namespace Hobom.Slices.Host.CommandLine;

/// <summary>The program's arguments: every command in a line, and what goes for all of them.</summary>
static class HobomCommand
{
    // A key or a reason may begin with @, and no file is read because of it.
    static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    /// <param name="run">The processor itself: what happens where no command is named. Gives the exit code.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, CommandTools tools, Func<Task<int>> run)
    {
        var parsed = Root(tools, run).Parse(args, Parsing);
        if (parsed.Action is ParseErrorAction refusal) return await RefuseAsync(parsed, refusal, tools.Terminal);
        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = tools.Terminal.Output,
            Error = tools.Terminal.Error,
            EnableDefaultExceptionHandler = false,
            // Signals are the processor's own business.
            ProcessTerminationTimeout = null,
        });
    }

    static RootCommand Root(CommandTools tools, Func<Task<int>> run)
    {
        var root = new RootCommand("""
            Runs the processor where no command is named; settings come from the environment or a .env file.
            See docs/OPERATING.md.

            Exit code: 0 all done, 1 some of it failed or is left, 2 wrong arguments, 3 the processor could not be
            reached or refused. The processor itself ends with 0, or with 1 where it could not start.
            """)
        {
            DlqCommand.Build(tools),
            ExplainCommand.Build(tools),
            VerifyCommand.Build(tools, Startup.ReadSettings),
            DoctorCommand.Build(tools, Startup.ReadAlone, Startup.ReadSettings),
            StreamsCommand.Build(tools),
            StateCommand.Build(tools),
            BrokerCommand.Build(tools),
            KeysCommand.Build(tools),
            HealthCommand.Build(tools),
        };
        root.HelpName = "hobom";
        root.Options.OfType<VersionOption>().Single().Action = new VersionAction();
        root.SetAction((_, _) => run());
        return root;
    }

    /// <summary>The library's words, its guesses at what was meant included, with nothing in them that steers a terminal.</summary>
    static async Task<int> RefuseAsync(ParseResult parsed, ParseErrorAction refusal, Terminal terminal)
    {
        refusal.ShowHelp = false;
        using var words = new StringWriter();
        await parsed.InvokeAsync(new InvocationConfiguration { Output = words, Error = words, ProcessTerminationTimeout = null });
        var lines = words.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var line in lines.Distinct(StringComparer.Ordinal)) await terminal.Error.WriteLineAsync(WithoutValue(line));
        await terminal.Error.WriteLineAsync($"{NameOf(parsed.CommandResult)} --help tells more");
        return ExitCode.WrongArguments;
    }

    /// <summary>What follows the equals sign of an option that nobody knows may be a secret.</summary>
    static string WithoutValue(string line) =>
        LogText.Clean(line.IndexOf("'-", StringComparison.Ordinal) is >= 0 and var option
            && line.IndexOf('=', option) is > 0 and var value ? $"{line[..value]}=…'" : line, 300);

    static string NameOf(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{NameOf(parent)} {command.Command.Name}" : "hobom";

    sealed class VersionAction : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"hobom {typeof(Settings).Assembly.GetName().Version?.ToString(3)}");
            return ExitCode.Done;
        }
    }
}
