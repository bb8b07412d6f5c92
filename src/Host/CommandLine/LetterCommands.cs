using System.CommandLine;
using Hobom.Slices.DeadLetters.Actions.Endpoints;

namespace Hobom.Slices.Host.CommandLine;

/// <summary>
/// <c>hobom dlq hold | release | extend | discard | restore</c>: something done to named letters, each answered for itself.
/// </summary>
static class LetterCommands
{
    public static void AddTo(ApiCommand dlq)
    {
        Add(dlq, "hold", "held", "Keeps letters beyond their expiry", reasonNeeded: false);
        Add(dlq, "release", "released", "Lets held letters expire again", reasonNeeded: false);
        Add(dlq, "extend", "extended", "Gives letters their whole time again", reasonNeeded: false);
        Add(dlq, "discard", "discarded", "Puts letters away, with the reason", reasonNeeded: true);
        Add(dlq, "restore", "restored", "Takes discarded letters back", reasonNeeded: false);
    }

    static void Add(ApiCommand dlq, string verb, string done, string description, bool reasonNeeded)
    {
        var keys = LetterSymbols.Keys(ArgumentArity.OneOrMore);
        var reason = Options.Text("--reason", "TEXT", "Kept in the audit");
        reason.Required = reasonNeeded;
        dlq.Add(verb, description, [keys, reason], async (session, given) =>
        {
            var received = await session.Api.PostAsync(
                $"/dlq/{verb}", new { keys = given.GetRequiredValue(keys), reason = given.GetValue(reason) });
            if (!received.IsServed(session.Terminal, out var answer)) return ExitCode.NotServed;
            var result = answer.Read<LetterCommandAnswer>();
            await session.ShowAsync(answer, _ => session.Terminal.WriteLines(LetterTables.Of(result, done)));
            return result.Refused == 0 ? ExitCode.Done : ExitCode.SomeLeft;
        });
    }
}
