using System.Collections.Concurrent;
using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace FsCheck.Xunit.Tests;

/// <summary>Runs one [Property] of a class that the test run itself does not discover, as xunit would.</summary>
internal static class PropertyRun
{
    /// <returns>The one result message of the test: passed, failed or skipped.</returns>
    public static async Task<ITestResultMessage> OfAsync<TSample>(string property)
    {
        using var messages = new MessageCollector();
        using var cancellation = new CancellationTokenSource();
        var testCase = Assert.Single(Discover(typeof(TSample), property));
        await testCase.RunAsync(
            new NullMessageSink(), messages, ConstructorArguments<TSample>(), new ExceptionAggregator(), cancellation);
        return Assert.Single(messages.Results);
    }

    public static IEnumerable<IXunitTestCase> Discover(Type type, string property)
    {
        var attribute = Assert.Single(
            Reflector.Wrap(type.GetMethod(property)!).GetCustomAttributes(typeof(PropertyAttribute)));
        var discovererNames = attribute.GetCustomAttributes(typeof(XunitTestCaseDiscovererAttribute)).Single();
        var discoverer = ExtensibilityPointFactory.GetXunitTestCaseDiscoverer(
            new NullMessageSink(), SerializationHelper.GetType(
                (string)discovererNames.GetConstructorArguments().Last(),
                (string)discovererNames.GetConstructorArguments().First()));

        var assembly = new TestAssembly(Reflector.Wrap(type.Assembly));
        var testClass = new TestClass(new TestCollection(assembly, null, "samples"), Reflector.Wrap(type));
        var method = new TestMethod(testClass, Reflector.Wrap(type.GetMethod(property)!));
        return discoverer.Discover(new DefaultOptions(), method, attribute);
    }

    // xunit makes the output helper of each test through such a function.
    private static object[] ConstructorArguments<TSample>() =>
        typeof(TSample).GetConstructors(BindingFlags.Public | BindingFlags.Instance)
            .SelectMany(constructor => constructor.GetParameters())
            .Select(_ => (object)(Func<TestOutputHelper>)(() => new TestOutputHelper()))
            .ToArray();

    private sealed class DefaultOptions : ITestFrameworkDiscoveryOptions
    {
        public TValue GetValue<TValue>(string name) => default!;

        public void SetValue<TValue>(string name, TValue value) => throw new NotSupportedException();
    }

    private sealed class MessageCollector : IMessageBus
    {
        private readonly ConcurrentQueue<IMessageSinkMessage> messages = new();

        public IEnumerable<ITestResultMessage> Results => messages.OfType<ITestResultMessage>();

        public bool QueueMessage(IMessageSinkMessage message)
        {
            messages.Enqueue(message);
            return true;
        }

        public void Dispose()
        {
        }
    }
}
