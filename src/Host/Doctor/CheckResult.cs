namespace Hobom.Slices.Host.Doctor;

/// <summary>What one look at the surroundings found. The names of the checks are part of the output's contract.</summary>
/// <param name="Check">Such as <c>kafka: topic hobom.messages</c>.</param>
/// <param name="Problem">Null where it is well.</param>
/// <param name="Advice">What to do about the problem.</param>
/// <param name="Note">What could not be found out, or is worth knowing; no fault.</param>
sealed record CheckResult(string Check, string? Problem, string? Advice, string? Note)
{
    public bool Ok => Problem is null;

    public static CheckResult Well(string check, string? note = null) => new(check, null, null, note);

    public static CheckResult Wrong(string check, string problem, string advice) => new(check, problem, advice, null);
}
