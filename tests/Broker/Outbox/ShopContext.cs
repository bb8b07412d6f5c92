using Hobom.Slices.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Hobom.Slices.Tests.Broker.Outbox;

public enum Rank
{
    Plain,
    Gold,
}

public sealed class User
{
    public int Id { get; set; }

    public string Name { get; set; } = "";

    [OutboxMask]
    public string? Email { get; set; }

    [OutboxIgnore]
    public string PasswordHash { get; set; } = "hash";

    public string? Phone { get; set; }

    public Rank Rank { get; set; }

    public int Version { get; set; }

    public Address? Address { get; set; }

    public Profile? Profile { get; set; }

    public List<Order> Orders { get; } = [];
}

public sealed class Address
{
    public string City { get; set; } = "";

    [OutboxMask]
    public string Street { get; set; } = "";
}

public sealed class Profile
{
    public string Language { get; set; } = "";

    public List<Badge> Badges { get; set; } = [];
}

public sealed class Badge
{
    public string Name { get; set; } = "";
}

public sealed class Order
{
    public Guid Id { get; set; }

    public int UserId { get; set; }

    public decimal Total { get; set; }

    public List<Line> Lines { get; } = [];
}

/// <summary>Owned, in a table of its own: its rows are rows of their own.</summary>
public sealed class Line
{
    public int No { get; set; }

    public string Article { get; set; } = "";
}

[OutboxIgnore]
public sealed class AuditLine
{
    public int Id { get; set; }

    public string Text { get; set; } = "";
}

public sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
{
    public DbSet<User> Users => Set<User>();

    public DbSet<Order> Orders => Set<Order>();

    public DbSet<AuditLine> AuditLines => Set<AuditLine>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<User>(user =>
        {
            user.ToTable("users");
            user.Property(u => u.Id).HasColumnName("id");
            user.Property(u => u.Name).HasColumnName("name");
            user.HasIndex(u => u.Name).IsUnique();
            user.Property(u => u.Rank).HasConversion<string>();
            user.Property(u => u.Version).IsConcurrencyToken();
            user.OwnsOne(u => u.Address);
            user.OwnsOne(u => u.Profile, profile =>
            {
                profile.ToJson("profile");
                profile.OwnsMany(p => p.Badges);
            });
            user.HasMany(u => u.Orders).WithOne().HasForeignKey(o => o.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<Order>(order =>
        {
            order.ToTable("orders");
            order.OwnsMany(o => o.Lines, line =>
            {
                line.ToTable("order_lines");
                line.WithOwner().HasForeignKey("OrderId");
                line.HasKey("OrderId", nameof(Line.No));
                line.Property(l => l.No).ValueGeneratedNever();
            });
        });
    }
}
