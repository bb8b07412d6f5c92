using System.Reflection;
using Microsoft.FSharp.Core;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace FsCheck.Xunit;

/// <summary>Runs one property as one xunit test and adds FsCheck's report to the test's output.</summary>
internal sealed class PropertyRunner(
    ITest test,
    IMessageBus messageBus,
    Type testClass,
    object[] constructorArguments,
    MethodInfo testMethod,
    object[] testMethodArguments,
    string skipReason,
    IReadOnlyList<BeforeAfterTestAttribute> beforeAfterAttributes,
    ExceptionAggregator aggregator,
    CancellationTokenSource cancellation)
    : XunitTestRunner(
        test,
        messageBus,
        testClass,
        constructorArguments,
        testMethod,
        testMethodArguments,
        skipReason,
        beforeAfterAttributes,
        aggregator,
        cancellation)
{
    private string output = "";

    protected override async Task<Tuple<decimal, string>> InvokeTestAsync(ExceptionAggregator aggregator)
    {
        var (seconds, written) = await base.InvokeTestAsync(aggregator);
        return Tuple.Create(seconds, written + output);
    }

    protected override Task<decimal> InvokeTestMethodAsync(ExceptionAggregator aggregator) =>
        new Invoker(this, aggregator).RunAsync();

    private void Check(object? testClassInstance)
    {
        var report = new PropertyReport();
        var config = PropertySettings.ConfigFor(TestMethod, TestClass).WithRunner(report);
        var target = testClassInstance is null ? null : FSharpOption<object>.Some(testClassInstance);
        FsCheck.Check.Method(config, TestMethod, target);

        if (report.Result is not { IsPassed: true })
            throw new PropertyFailedException(report.Text);
        if (!config.QuietOnSuccess)
            output = report.Text;
    }

    private sealed class Invoker(PropertyRunner property, ExceptionAggregator aggregator)
        : XunitTestInvoker(
            property.Test,
            property.MessageBus,
            property.TestClass,
            property.ConstructorArguments,
            property.TestMethod,
            PlacesOf(property.TestMethod),
            property.BeforeAfterAttributes,
            aggregator,
            property.CancellationTokenSource)
    {
        // FsCheck blocks while it waits for a property's task. On a thread of its own it holds none of xunit's few
        // workers nor a pool thread, which that task's continuations need.
        protected override object CallTestMethod(object testClassInstance) =>
            Task.Factory.StartNew(
                () => property.Check(testClassInstance),
                property.CancellationTokenSource.Token,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);

        // xunit counts arguments before the call; FsCheck makes the real ones.
        private static object[] PlacesOf(MethodInfo method) => new object[method.GetParameters().Length];
    }
}
