using System.Net.NetworkInformation;
using System.Numerics;
using Microsoft.EntityFrameworkCore;

namespace Hobom.Slices.Tests.Broker.Outbox;

/// <summary>Its key has no text of its own.</summary>
public sealed class Depot
{
    public byte[] Id { get; set; } = [];

    public DateTime Opened { get; set; }

    public Address? Address { get; set; }

    public Profile? Profile { get; set; }
}

/// <summary>Values that JSON does not know; PostgreSQL has types for them.</summary>
public sealed class Machine
{
    public DateTime Id { get; set; }

    public BigInteger Serial { get; set; }

    public BigInteger[] Parts { get; set; } = [];

    public PhysicalAddress Nic { get; set; } = PhysicalAddress.None;

    public Address? Address { get; set; }
}

/// <summary>Its key may be as long as it likes.</summary>
public sealed class Label
{
    public string Id { get; set; } = "";
}

public sealed class DepotContext(DbContextOptions<DepotContext> options) : DbContext(options)
{
    public DbSet<Depot> Depots => Set<Depot>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Depot>(depot =>
        {
            depot.ToTable("depots");
            depot.OwnsOne(d => d.Address);
            depot.OwnsOne(d => d.Profile, profile =>
            {
                profile.ToJson("profile");
                profile.OwnsMany(p => p.Badges);
            });
        });
        modelBuilder.Entity<Label>().ToTable("labels");
        if (!Database.ProviderName!.Contains("Npgsql", StringComparison.Ordinal)) return;
        modelBuilder.Entity<Machine>(machine =>
        {
            machine.ToTable("machines");
            machine.Property(m => m.Id).ValueGeneratedNever();
            machine.OwnsOne(m => m.Address);
        });
    }
}
