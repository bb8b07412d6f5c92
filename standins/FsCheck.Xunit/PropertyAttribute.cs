using Xunit;
using Xunit.Sdk;

namespace FsCheck.Xunit;

/// <summary>
/// Runs this method as a property: FsCheck generates its arguments. A setting left out comes from the closest
/// enclosing <see cref="PropertiesAttribute"/> that has it, else from FsCheck's defaults. The method may return
/// nothing, a bool, a <see cref="Property"/>, or a task (of a bool).
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("FsCheck.Xunit.PropertyDiscoverer", "FsCheck.Xunit")]
public class PropertyAttribute : FactAttribute
{
    // An attribute argument cannot be nullable, so "left out" is kept beside each public setting.
    internal int? MaxTestIfSet { get; private set; }

    internal int? MaxRejectedIfSet { get; private set; }

    internal int? StartSizeIfSet { get; private set; }

    internal int? EndSizeIfSet { get; private set; }

    internal bool? VerboseIfSet { get; private set; }

    internal bool? QuietOnSuccessIfSet { get; private set; }

    /// <summary>How many generated cases must pass.</summary>
    public int MaxTest { get => MaxTestIfSet ?? Config.Default.MaxTest; set => MaxTestIfSet = value; }

    /// <summary>How many cases may be rejected by a condition before the property counts as exhausted.</summary>
    public int MaxRejected { get => MaxRejectedIfSet ?? Config.Default.MaxRejected; set => MaxRejectedIfSet = value; }

    /// <summary>Size of the first case; it grows linearly to <see cref="EndSize"/>.</summary>
    public int StartSize { get => StartSizeIfSet ?? Config.Default.StartSize; set => StartSizeIfSet = value; }

    /// <summary>Size of the last case.</summary>
    public int EndSize { get => EndSizeIfSet ?? Config.Default.EndSize; set => EndSizeIfSet = value; }

    /// <summary>
    /// The seed of an earlier run, as its report prints it: <c>(seed,gamma)</c>, or <c>(seed,gamma,size)</c> to begin
    /// at the failing case. The parentheses may be left out.
    /// </summary>
    public string? Replay { get; set; }

    /// <summary>Writes the arguments of every case and every shrink to the test's output.</summary>
    public bool Verbose { get => VerboseIfSet ?? false; set => VerboseIfSet = value; }

    /// <summary>Writes nothing to the test's output when the property holds.</summary>
    public bool QuietOnSuccess { get => QuietOnSuccessIfSet ?? false; set => QuietOnSuccessIfSet = value; }

    /// <summary>
    /// Classes whose public static methods return <see cref="Arbitrary{T}"/>. For the same type the first class wins,
    /// and a method's classes win over those of an enclosing <see cref="PropertiesAttribute"/>.
    /// </summary>
    public Type[] Arbitrary { get; set; } = [];
}
