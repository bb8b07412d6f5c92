using System.Diagnostics;
using Hobom.Slices.Tests.Integration.Interop;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>A row of each flow that can be delivered.</summary>
static class SampleRows
{
    /// <summary>The LLM's answer to every change of the law.</summary>
    public static GrpcJsOrder Generated => new()
    {
        Answer = new
        {
            summary = "요약", keyPoints = (string[])["하나"], quizzes = (object[])[new { type = "OX", question = "?", answer = "O" }],
        },
        Repeat = GrpcJsOrder.Forever,
    };

    public static object PayloadOf(string eventType) => eventType switch
    {
        "MESSAGE" => new { title = "t", body = "b", recipient = "r", type = "MAIL_MESSAGE" },
        "SPACE_EVENT" => new { entityType = "PAGE", action = "UPDATED", spaceKey = "DOCS", pageId = "1", title = "t", actorId = "a" },
        "LAW_CHANGED" => new
        {
            diffId = "d1", changes = (object[])[new { articleNo = "1", changeType = "MODIFIED", before = "전", after = "후" }],
        },
        "HOBOM_LOG" or "SPACE_LOG" => new
        {
            serviceType = "HOBOM_SPACE", level = "INFO", traceId = "t", message = "m", method = "GET", path = "/", statusCode = 200,
        },
        _ => throw new UnreachableException(eventType),
    };
}
