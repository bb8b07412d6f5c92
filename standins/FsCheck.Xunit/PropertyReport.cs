using System.Text;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;

namespace FsCheck.Xunit;

/// <summary>Collects what FsCheck says about one property: its cases when verbose, and the result.</summary>
internal sealed class PropertyReport : IRunner
{
    private readonly StringBuilder text = new();

    /// <summary>Null until the run is over.</summary>
    public TestResult? Result { get; private set; }

    public string Text => text.ToString();

    public void OnStartFixture(Type t)
    {
    }

    public void OnArguments(
        int ntest, FSharpList<object> args, FSharpFunc<int, FSharpFunc<FSharpList<object>, string>> every) =>
        text.Append(every.Invoke(ntest).Invoke(args));

    public void OnShrink(FSharpList<object> args, FSharpFunc<FSharpList<object>, string> everyShrink) =>
        text.Append(everyShrink.Invoke(args));

    public void OnFinished(string name, TestResult result)
    {
        Result = result;
        text.Append(Runner.onFinishedToString(name, result));
    }
}
