namespace Hobom.Slices.Http;

/// <summary>The reason that an action asks for, and that the audit keeps.</summary>
public static class ReasonText
{
    /// <summary>In characters.</summary>
    const int Limit = 500;

    /// <summary>What is wrong with it; null where nothing is.</summary>
    public static ErrorAnswer? FaultOf(string? reason) =>
        string.IsNullOrWhiteSpace(reason) ? new ErrorAnswer("reason is required") { Field = "reason" } : LengthFaultOf(reason);

    /// <summary>Of one that need not be given.</summary>
    public static ErrorAnswer? LengthFaultOf(string? reason) =>
        reason?.Length > Limit ? new ErrorAnswer($"reason is longer than {Limit} characters") { Field = "reason" } : null;
}
