using StackExchange.Redis;

namespace Hobom.Slices.Runtime.Redis;

/// <summary>Whom a refusal of Redis concerns.</summary>
public enum RefusalScope
{
    /// <summary>This one command.</summary>
    Command,

    /// <summary>Every write, until an operator or time mends it.</summary>
    Writes,

    /// <summary>All that this account may do.</summary>
    Account,

    /// <summary>All that this server, or this connection to it, can do: another may be behind the same address by now.</summary>
    Server,
}

/// <summary>A refusal in Redis' own words, which hold no secret.</summary>
public sealed record RedisRefusal(RefusalScope Scope, string Reason)
{
    static readonly IReadOnlyDictionary<string, RefusalScope> Scopes = new Dictionary<string, RefusalScope>(StringComparer.Ordinal)
    {
        ["OOM"] = RefusalScope.Writes,
        ["MISCONF"] = RefusalScope.Writes,
        ["NOREPLICAS"] = RefusalScope.Writes,
        ["NOAUTH"] = RefusalScope.Account,
        ["WRONGPASS"] = RefusalScope.Account,
        ["NOPERM"] = RefusalScope.Account,
        ["READONLY"] = RefusalScope.Server,
        ["MASTERDOWN"] = RefusalScope.Server,
        ["LOADING"] = RefusalScope.Server,
        ["CLUSTERDOWN"] = RefusalScope.Server,
        ["BUSY"] = RefusalScope.Server,
    };

    /// <summary>Before 7.2 a command inside a script that the account may not run has no code of its own.</summary>
    const string InScript = "ERR The user executing the script can't ";

    /// <summary>The account lacks a right: other commands may be allowed.</summary>
    public bool IsOfOneRight =>
        Reason.StartsWith("NOPERM", StringComparison.Ordinal) || Reason.StartsWith(InScript, StringComparison.Ordinal);

    /// <param name="message">An error as the client has it.</param>
    public static RedisRefusal Of(string message)
    {
        var reason = Bare(message);
        if (reason.StartsWith(InScript, StringComparison.Ordinal)) return new RedisRefusal(RefusalScope.Account, reason);
        var code = reason.Split(' ', 2)[0];
        return new RedisRefusal(Scopes.GetValueOrDefault(code, RefusalScope.Command), reason);
    }

    /// <summary>Of a server that accepts the connection and not the account, or that the client has found to be a replica.</summary>
    /// <returns>Null where it is no refusal.</returns>
    public static RedisRefusal? Within(Exception e) =>
        ServersWord(e) is { } word ? Of(word)
        : e is RedisConnectionException or RedisCommandException && e.Message.Contains("replica", StringComparison.Ordinal)
            ? new RedisRefusal(RefusalScope.Server, "READONLY this Redis is a replica")
        : null;

    static string? ServersWord(Exception? e)
    {
        for (; e is not null; e = e.InnerException)
            if (e is RedisServerException) return e.Message;
        return null;
    }

    /// <summary>Without the client's word for it before, and where in a script it happened after.</summary>
    static string Bare(string message)
    {
        const string Client = "SimpleError: ";
        var from = message.StartsWith(Client, StringComparison.Ordinal) ? Client.Length : 0;
        var to = message.IndexOf(" script: ", StringComparison.Ordinal);
        return message[from..(to < from ? message.Length : to)];
    }
}
