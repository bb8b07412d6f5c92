namespace Hobom.Slices.Runtime.Outbox;

/// <summary>The backends' word for a row's state.</summary>
public static class OutboxStatus
{
    public const string Pending = "PENDING";

    /// <summary>A backend that leaves the status out has answered for the one it was asked for.</summary>
    public static bool IsPending(string status) => status.Length == 0 || status is Pending;
}
