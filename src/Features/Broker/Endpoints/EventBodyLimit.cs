using Microsoft.AspNetCore.Http.Metadata;

namespace Hobom.Slices.Broker.Endpoints;

/// <summary>
/// How large the body of a request may be that brings events: as large as any other's, and where larger payloads are taken larger by as
/// much, in base64.
/// </summary>
sealed record EventBodyLimit(int PayloadBytes) : IRequestSizeLimitMetadata
{
    const long Usual = 1 << 20;

    const long UsualPayload = 1_000_000;

    public long? MaxRequestBodySize => Usual + (Math.Max(0, PayloadBytes - UsualPayload) * 4 / 3);
}
