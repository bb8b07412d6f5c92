using System.Reflection;
using System.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Hobom.Slices.Outbox.EntityFrameworkCore;

/// <summary>The transaction that a context's statements will run in, asked of its connection as Entity Framework asks.</summary>
static class RunningTransaction
{
    static readonly PropertyInfo? TakesPart = typeof(RelationalConnection)
        .GetProperty("SupportsAmbientTransactions", BindingFlags.Instance | BindingFlags.NonPublic);

    /// <summary>One that the save joins, and does not end.</summary>
    /// <exception cref="InvalidOperationException">
    /// In a transaction scope that the provider takes no part in Entity Framework begins no transaction either.
    /// </exception>
    public static bool IsThere(DbContext context)
    {
        if (context.Database.CurrentTransaction is not null || OfEnvironment(context) is not null) return true;
        return Manager(context) is { CurrentAmbientTransaction: not null }
            ? throw new InvalidOperationException(
                "rows and events would be written apart: the provider takes no part in the transaction scope around the save")
            : false;
    }

    /// <summary>A <see cref="TransactionScope"/>'s, or another that the connection is enlisted in; none that it stays out of.</summary>
    public static Transaction? OfEnvironment(DbContext context) =>
        Manager(context) is not { } manager ? null
        : manager.EnlistedTransaction ?? (DoesTakePart(manager) ? manager.CurrentAmbientTransaction : null);

    static ITransactionEnlistmentManager? Manager(DbContext context) =>
        context.GetService<IRelationalConnection>() as ITransactionEnlistmentManager;

    static bool DoesTakePart(ITransactionEnlistmentManager manager) =>
        manager is not RelationalConnection || TakesPart?.GetValue(manager) is true;
}
