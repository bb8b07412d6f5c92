using System.Net.Sockets;
using Hobom.Slices.Host.Telemetry;

namespace Hobom.Slices.Host;

/// <summary>How the web server begins and ends, whatever it serves.</summary>
static class WebServer
{
    static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    /// <returns>False, and a line for people, where it cannot listen.</returns>
    public static async Task<bool> StartAsync(WebApplication app)
    {
        try
        {
            await app.StartAsync(CancellationToken.None);
            return true;
        }
        catch (Exception unavailable) when (unavailable is IOException or SocketException)
        {
            await Console.Error.WriteLineAsync($"{VariablesOf(app)}: {unavailable.Message}");
            return false;
        }
    }

    static string VariablesOf(WebApplication app) => app.Services.GetRequiredService<TelemetryExport>().Settings.Listen is null
        ? ListenAddress.Variable
        : $"{ListenAddress.Variable} or {TelemetrySettings.ListenVariable}";

    /// <summary>Requests under way have five seconds.</summary>
    public static async Task StopAsync(WebApplication app)
    {
        using var limit = new CancellationTokenSource(StopLimit);
        await app.StopAsync(limit.Token);
    }
}
