using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Hobom.Slices.Outbox.EntityFrameworkCore;

/// <summary>
/// Tells a context's <see cref="OutboxInterceptor"/> of each entity that a query makes. One for all contexts: Entity Framework keeps
/// services of their own for each instance of an interceptor of this sort.
/// </summary>
sealed class ReadInterceptor : IMaterializationInterceptor
{
    public static ReadInterceptor Instance { get; } = new();

    public object InitializedInstance(MaterializationInterceptionData materializationData, object entity)
    {
        if (materializationData.Context is { } context) InterceptorOf(context)?.NoteRead(materializationData, entity);
        return entity;
    }

    static OutboxInterceptor? InterceptorOf(DbContext context) =>
        context.GetService<IDbContextOptions>().FindExtension<CoreOptionsExtension>()?.Interceptors?
            .OfType<OutboxInterceptor>().FirstOrDefault();
}
