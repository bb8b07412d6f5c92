using System.Net;

namespace Hobom.Slices.Tests.Support;

/// <summary>A webhook's receiver on this machine: answers what it is told to, and keeps what came.</summary>
public sealed class Receiver : IDisposable
{
    readonly HttpListener listener = new();
    readonly List<(WebHeaderCollection Headers, string Body)> received = [];

    public Receiver()
    {
        Address = $"http://127.0.0.1:{LoopbackPort.Free()}/hook/";
        listener.Prefixes.Add(Address);
        listener.Start();
        _ = AnswerAsync();
    }

    public string Address { get; }

    public int Status { get; set; } = 200;

    public IReadOnlyList<(WebHeaderCollection Headers, string Body)> Received
    {
        get
        {
            lock (received) return [.. received];
        }
    }

    public void Dispose() => listener.Close();

    async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                var call = await listener.GetContextAsync();
                using var reader = new StreamReader(call.Request.InputStream);
                var body = await reader.ReadToEndAsync();
                lock (received) received.Add(((WebHeaderCollection)call.Request.Headers, body));
                call.Response.StatusCode = Status;
                call.Response.Close();
            }
        }
        catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
