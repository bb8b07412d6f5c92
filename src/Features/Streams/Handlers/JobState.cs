using LanguageExt;

namespace Hobom.Slices.Streams;

/// <summary>A job's times, in a hash of its own. Times only: they say how far it is whatever order they come in.</summary>
static class JobState
{
    /// <returns>Nothing where the entry names no job.</returns>
    public static IEnumerable<StateChange> Reached(string kind, string field, DatedEntry dated, string user, Option<string> job) =>
        job.AsEnumerable().Select(id => StateKey.State(kind, id)).SelectMany<StateKey, StateChange>(key =>
            [new StateChange.Raise(key, field, dated.TimeText), new StateChange.Raise(key, Fields.UserId, user)]);
}
