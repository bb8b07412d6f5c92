using Microsoft.EntityFrameworkCore;

namespace Hobom.Slices.Outbox.EntityFrameworkCore;

public static class OutboxExtensions
{
    /// <summary>Captures what the context saves. Interceptors that change entities while they are saved belong before it.</summary>
    public static DbContextOptionsBuilder UseOutbox(
        this DbContextOptionsBuilder builder, Action<OutboxCaptureOptions>? configure = null)
    {
        var options = new OutboxCaptureOptions();
        configure?.Invoke(options);
        builder.AddInterceptors(new OutboxInterceptor(options));
        return options.Read ? builder.AddInterceptors(ReadInterceptor.Instance) : builder;
    }

    /// <inheritdoc cref="UseOutbox(DbContextOptionsBuilder, Action{OutboxCaptureOptions}?)"/>
    public static DbContextOptionsBuilder<TContext> UseOutbox<TContext>(
        this DbContextOptionsBuilder<TContext> builder, Action<OutboxCaptureOptions>? configure = null)
        where TContext : DbContext
    {
        UseOutbox((DbContextOptionsBuilder)builder, configure);
        return builder;
    }
}
