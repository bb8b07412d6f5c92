using Hobom.Slices.Protos.Llm;
using Hobom.Slices.Sandbox.Grpc;

namespace Hobom.Slices.Sandbox.Backends;

/// <summary>The LLM: an answer takes about a second, and one in five holds nothing to study.</summary>
public sealed class LlmBackend(TimeProvider time)
{
    private const int EmptyEvery = 5;
    private int _calls;

    public int Calls => _calls;

    public GrpcBackend Build(string apiKey)
    {
        var backend = new GrpcBackend(
            apiKey, toWrongKey: GrpcAnswer.Refused(GrpcStatus.Unauthenticated, "invalid api key"));
        backend.Serve<StudyMaterialRequest>("/llm.StudyMaterialService/Generate", GenerateAsync);
        return backend;
    }

    private async Task<GrpcAnswer> GenerateAsync(StudyMaterialRequest request, CancellationToken cancelled)
    {
        var call = Interlocked.Increment(ref _calls);
        await Task.Delay(TimeSpan.FromMilliseconds(700 + (call * 137 % 600)), time, cancelled);
        return GrpcAnswer.Of(call % EmptyEvery == 0 ? new StudyMaterialResponse() : MaterialFor(request));
    }

    private static StudyMaterialResponse MaterialFor(StudyMaterialRequest request)
    {
        var response = new StudyMaterialResponse { Summary = $"개정된 조문 {request.Changes.Count}개를 정리했습니다." };
        foreach (var change in request.Changes)
        {
            response.KeyPoints.Add($"{change.ArticleNo}: {change.After}");
            response.Quizzes.Add(new Quiz
            {
                Type = "MULTIPLE_CHOICE",
                Question = $"{change.ArticleNo}의 개정 내용으로 옳은 것은?",
                Answer = change.After,
                Explanation = $"개정 전: {change.Before}",
                Choices = { change.After, change.Before },
            });
        }

        return response;
    }
}
