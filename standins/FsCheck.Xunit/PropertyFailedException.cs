namespace FsCheck.Xunit;

/// <summary>A property was falsified or exhausted; the message is FsCheck's report with the seed to replay.</summary>
public sealed class PropertyFailedException(string report) : Exception(report);
