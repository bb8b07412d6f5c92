using System.Text;
using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Capture;

namespace Hobom.Slices.Tests.Broker.Capture;

static class CaptureSamples
{
    public static CaptureRequest Request(string table) =>
        new(new TableName("public", table), [], [], [], "", null, CaptureRules.AllOperations);

    public static string Payload(BrokerEvent given) => Encoding.UTF8.GetString(given.Payload.Match(p => p.ToArray(), () => []));
}
