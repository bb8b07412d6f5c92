using System.Security.Cryptography;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Host.Access;

/// <summary>What a reading of the keys file gave.</summary>
/// <param name="Digest">Of the file, to know it again.</param>
sealed record KeysReading(KeyRing Keys, string Digest);

/// <summary>
/// The keys file, read again when its content changes: contents are compared, not times, for mounted secrets
/// change through links. A file that cannot be used leaves the keys as they were.
/// </summary>
sealed class KeysFile(string path, KeysReading first, TimeProvider clock, ILogger<KeysFile> log) : BackgroundService
{
    public const string Variable = "HOBOM_KEYS_FILE";

    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    const int ByteLimit = 1 << 20;

    string seen = first.Digest;
    volatile KeyRing keys = first.Keys;

    public KeyRing Keys => keys;

    /// <summary>Left is why it cannot be used, in one line, naming line or field.</summary>
    public static Either<string, KeysReading> Load(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > ByteLimit }) return $"{path} is larger than {ByteLimit} bytes";
            var text = File.ReadAllBytes(path);
            return KeysFileText.Parse(text)
                .Map(ring => new KeysReading(ring, Convert.ToHexStringLower(SHA256.HashData(text))))
                .MapLeft(fault => $"{path}: {fault}");
        }
        catch (Exception unreadable) when (
            unreadable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return $"{path} cannot be read: {unreadable.Message}";
        }
    }

    /// <summary>Reads the file once; says so where something changed, and of one fault once.</summary>
    public void Refresh()
    {
        var usable = Load(path).TryGetRight(out var reading, out var fault);
        var now = usable ? reading!.Digest : fault!;
        if (now == seen) return;
        seen = now;
        if (usable)
        {
            keys = reading!.Keys;
            log.LogInformation("{Variable}: read again, {Count} keys", Variable, keys.Count);
        }
        else log.LogError("{Variable}: {Fault}; the {Count} keys read before stay in force", Variable, fault, keys.Count);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) Refresh();
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
    }
}
