using System.Collections.Concurrent;
using System.Text;
using Google.Protobuf;
using Hobom.Slices.Core;
using Hobom.Slices.Protos.Llm;
using Hobom.Slices.Runtime;
using LanguageExt;

namespace Hobom.Slices.Law;

/// <summary>
/// What outlives the process: the text generated from an input, how many generations of it were begun, and how far
/// each event came. What could not be written is remembered here until it is, so that Redis being away costs no
/// second generation; a crash empties that part.
/// </summary>
sealed class LawProgressStore(KeptValuePort kept, TimeProvider clock)
{
    static readonly TimeSpan MaterialLife = TimeSpan.FromDays(7);
    static readonly TimeSpan ForgottenLife = TimeSpan.FromSeconds(1);

    readonly ConcurrentDictionary<string, StudyMaterialResponse> unkept = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<EventId, LawProgress> unnoted = new();

    /// <summary>
    /// Another process may have had the flow: how far an event came is forgotten. What was saved stays so, whoever went
    /// on with it; and a text that was generated serves its input as well as another.
    /// </summary>
    public void Forget()
    {
        foreach (var (id, progress) in unnoted)
            if (progress.Stage is not LawStage.Saved) unnoted.TryRemove(id, out _);
    }

    public async Task<Either<StoreFailure, LawProgress>> ProgressAsync(EventId id)
    {
        if (unnoted.TryGetValue(id, out var latest))
            return (await NoteAsync(id, latest.Stage)).Map(_ => latest);
        var read = await kept.Get(ProgressName(id));
        return read.Map(text => text.Match(t => LawProgress.Parse(TextOf(t), clock.GetUtcNow()), () => LawProgress.None));
    }

    /// <summary>Left where it is not lasting yet; this process knows it all the same.</summary>
    public Task<Either<StoreFailure, Unit>> NoteAsync(EventId id, LawStage stage) => NoteAsync(id, stage, otherwise: stage);

    /// <summary>Notes that a save is about to begin. Left forbids it: a note that may be missing protects nothing.</summary>
    public Task<Either<StoreFailure, Unit>> BeginSaveAsync(EventId id) =>
        NoteAsync(id, LawStage.SaveBegun, otherwise: LawStage.Generated);

    /// <summary>What was generated from the input, where it is kept and can be used.</summary>
    public async Task<Either<StoreFailure, Option<StudyMaterialResponse>>> MaterialAsync(string inputHash)
    {
        if (unkept.TryGetValue(inputHash, out var latest))
            return (await KeepAsync(inputHash, latest)).Map(_ => Option<StudyMaterialResponse>.Some(latest));
        return (await kept.Get(MaterialName(inputHash))).Map(bytes => bytes.Bind(Read));
    }

    public async Task<Either<StoreFailure, Unit>> KeepAsync(string inputHash, StudyMaterialResponse material)
    {
        unkept[inputHash] = material;
        var written = await kept.Set(MaterialName(inputHash), material.ToByteArray(), MaterialLife);
        if (written.IsRight) unkept.TryRemove(inputHash, out _);
        return written;
    }

    /// <summary>What was generated from the input is not used again. Bytes that are no material count as none.</summary>
    public Task<Either<StoreFailure, Unit>> ForgetMaterialAsync(string inputHash)
    {
        unkept.TryRemove(inputHash, out _);
        return kept.Set(MaterialName(inputHash), ReadOnlyMemory<byte>.Empty, ForgottenLife);
    }

    public async Task<Either<StoreFailure, GenerateCalls>> CallsAsync(string inputHash)
    {
        var now = clock.GetUtcNow();
        var read = await kept.Get(CallsName(inputHash));
        return read.Map(text => text.Match(t => GenerateCalls.Parse(TextOf(t), now), () => GenerateCalls.NoneSince(now)));
    }

    public Task<Either<StoreFailure, Unit>> NoteAsync(string inputHash, GenerateCalls calls) =>
        kept.Set(CallsName(inputHash), Encoding.UTF8.GetBytes(calls.Format()), calls.TimeLeft(clock.GetUtcNow()));

    /// <param name="otherwise">What is true where the note could not be written.</param>
    async Task<Either<StoreFailure, Unit>> NoteAsync(EventId id, LawStage stage, LawStage otherwise)
    {
        var progress = new LawProgress(stage, clock.GetUtcNow());
        var written = await kept.Set(ProgressName(id), Encoding.UTF8.GetBytes(progress.Format()), LawProgress.TimeToLive);
        if (written.IsRight) unnoted.TryRemove(id, out _);
        else unnoted[id] = progress with { Stage = otherwise };
        return written;
    }

    /// <summary>None for bytes that are no usable material: they are generated anew.</summary>
    static Option<StudyMaterialResponse> Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var material = StudyMaterialResponse.Parser.ParseFrom(bytes.Span);
            return LawDecisions.Fault(material) is null ? material : Option<StudyMaterialResponse>.None;
        }
        catch (InvalidProtocolBufferException)
        {
            return Option<StudyMaterialResponse>.None;
        }
    }

    static string TextOf(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    static string ProgressName(EventId id) => $"progress:{id}";

    static string MaterialName(string inputHash) => $"generated:{inputHash}";

    static string CallsName(string inputHash) => $"calls:{inputHash}";
}
