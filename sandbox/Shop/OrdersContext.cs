using Hobom.Slices.Outbox.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Hobom.Slices.Sandbox.Shop;

/// <summary>A customer's order, a row of <c>orders</c>.</summary>
public sealed class CustomerOrder
{
    public int Id { get; set; }

    public string Article { get; set; } = "";

    public int Quantity { get; set; }
}

/// <summary>The shop's own table; what it saves is captured in the same transaction.</summary>
public sealed class OrdersContext(DbContextOptions<OrdersContext> options) : DbContext(options)
{
    public DbSet<CustomerOrder> Orders => Set<CustomerOrder>();

    public static OrdersContext Open(ShopOptions shop)
    {
        var builder = new DbContextOptionsBuilder<OrdersContext>();
        if (shop.Provider == "sqlite")
            builder.UseSqlite($"Data Source={shop.Database}");
        else
            builder.UseNpgsql(shop.Database);
        return new OrdersContext(builder.UseOutbox(capture => capture.SourceModule = "shop").Options);
    }

    public Task CreateTablesAsync(CancellationToken stopping) =>
        this.GetService<IRelationalDatabaseCreator>().CreateTablesAsync(stopping);

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<CustomerOrder>().ToTable("orders");
}
