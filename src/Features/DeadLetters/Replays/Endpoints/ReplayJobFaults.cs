using System.Diagnostics;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Http;

namespace Hobom.Slices.DeadLetters.Replays.Endpoints;

static class ReplayJobFaults
{
    public static (int Status, ErrorAnswer Answer) AnswerTo(JobFault fault) => fault switch
    {
        JobFault.NoJob => (404, new ErrorAnswer(fault.Message)),
        JobFault.StoreDown => (503, new ErrorAnswer(fault.Message)),
        JobFault.Refused or JobFault.LeaseLost => (409, new ErrorAnswer(fault.Message)),
        _ => throw new UnreachableException($"no answer to {fault}"),
    };
}
