using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LanguageExt;

namespace Hobom.Slices.Broker.Sources;

/// <summary>Why a delivery is not believed. Told to the log, and to the sender only that it is so.</summary>
public enum SignatureFault
{
    /// <summary>A header that the scheme wants is not there, or not of its form.</summary>
    Missing,

    /// <summary>Older, or newer, than the tolerance allows.</summary>
    OutOfTime,

    /// <summary>Made with none of the secrets, or over something else.</summary>
    Wrong,
}

/// <summary>Checks who sent a delivery: every secret and every signature is compared, in constant time.</summary>
public static class SourceSignature
{
    const string SecretPrefix = "whsec_";

    /// <returns>Right: the delivery's own id, where the scheme has one.</returns>
    public static Either<SignatureFault, Option<string>> Check(
        EventSource source, Func<string, string?> header, ReadOnlyMemory<byte> body, DateTimeOffset now) => source.Scheme switch
        {
            SignatureScheme.Standard => CheckStandard(source, header, body, now),
            SignatureScheme.GitHub => CheckGitHub(source, header, body),
            SignatureScheme.Stripe => CheckStripe(source, header, body, now),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    static Either<SignatureFault, Option<string>> CheckStandard(
        EventSource source, Func<string, string?> header, ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        if (header("webhook-id") is not { Length: > 0 } id || header("webhook-timestamp") is not { } time
            || header("webhook-signature") is not { Length: > 0 } signed)
            return SignatureFault.Missing;
        if (TimeFault(time, source, now) is { } fault) return fault;
        var given = signed.Split(' ').Where(s => s.StartsWith("v1,", StringComparison.Ordinal)).Select(s => s[3..]).ToArray();
        var made = source.Secrets.Select(s => Convert.ToBase64String(Mac(StandardKey(s), $"{id}.{time}.", body)));
        return AnyEqual(made, given) ? Option<string>.Some(id) : SignatureFault.Wrong;
    }

    static Either<SignatureFault, Option<string>> CheckGitHub(
        EventSource source, Func<string, string?> header, ReadOnlyMemory<byte> body)
    {
        const string prefix = "sha256=";
        if (header("X-Hub-Signature-256") is not { } signed || !signed.StartsWith(prefix, StringComparison.Ordinal))
            return SignatureFault.Missing;
        var made = source.Secrets.Select(s => Convert.ToHexStringLower(Mac(Encoding.UTF8.GetBytes(s), "", body)));
        if (!AnyEqual(made, [signed[prefix.Length..]])) return SignatureFault.Wrong;
        return header("X-GitHub-Delivery") is { Length: > 0 } id ? Option<string>.Some(id) : SignatureFault.Missing;
    }

    static Either<SignatureFault, Option<string>> CheckStripe(
        EventSource source, Func<string, string?> header, ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        if (header("Stripe-Signature") is not { } line) return SignatureFault.Missing;
        var parts = line.Split(',').Select(p => p.Split('=', 2)).Where(p => p.Length == 2).ToArray();
        if (parts.FirstOrDefault(p => p[0] == "t") is not [_, var time]) return SignatureFault.Missing;
        if (TimeFault(time, source, now) is { } fault) return fault;
        string[] given = [.. parts.Where(p => p[0] == "v1").Select(p => p[1])];
        var made = source.Secrets.Select(s => Convert.ToHexStringLower(Mac(Encoding.UTF8.GetBytes(s), $"{time}.", body)));
        return AnyEqual(made, given) ? Option<string>.None : SignatureFault.Wrong;
    }

    static SignatureFault? TimeFault(string text, EventSource source, DateTimeOffset now)
    {
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return SignatureFault.Missing;
        return Math.Abs((double)(now.ToUnixTimeSeconds() - seconds)) > source.Tolerance.TotalSeconds ? SignatureFault.OutOfTime : null;
    }

    static byte[] Mac(byte[] key, string before, ReadOnlyMemory<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hmac.AppendData(Encoding.UTF8.GetBytes(before));
        hmac.AppendData(body.Span);
        return hmac.GetHashAndReset();
    }

    /// <summary>The settings' reader has seen that it is base64.</summary>
    static byte[] StandardKey(string secret) => Convert.FromBase64String(secret[SecretPrefix.Length..]);

    /// <summary>All of them are compared, whichever fits.</summary>
    static bool AnyEqual(IEnumerable<string> made, IReadOnlyList<string> given)
    {
        var found = false;
        foreach (var own in made)
            foreach (var theirs in given)
                found |= CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(own), Encoding.UTF8.GetBytes(theirs));
        return found;
    }
}
