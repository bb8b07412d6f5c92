using Hobom.Slices.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Hobom.Slices.Tests.Broker.Outbox;

/// <summary>Each sort of part that a row can have, and a secret in each.</summary>
public interface IVault
{
    int Id { get; set; }

    string Name { get; set; }
}

public sealed class Vault : IVault
{
    public int Id { get; set; }

    public string Name { get; set; } = "";

    public string NotMapped => Name;

    public OwnedPin? Owned { get; set; }

    public OwnedPin? OwnedJson { get; set; }

    public ComplexPin? Complex { get; set; }

    public ComplexPin? ComplexJson { get; set; }

    public List<ComplexPin> ComplexList { get; set; } = [];
}

public sealed class IgnoringVault : IVault
{
    public int Id { get; set; }

    public string Name { get; set; } = "";

    [OutboxIgnore]
    public OwnedPin? Owned { get; set; }

    [OutboxIgnore]
    public OwnedPin? OwnedJson { get; set; }

    [OutboxIgnore]
    public ComplexPin? Complex { get; set; }

    [OutboxIgnore]
    public ComplexPin? ComplexJson { get; set; }

    [OutboxIgnore]
    public List<ComplexPin> ComplexList { get; set; } = [];
}

public sealed class MaskingVault : IVault
{
    public int Id { get; set; }

    public string Name { get; set; } = "";

    [OutboxMask]
    public OwnedPin? Owned { get; set; }

    [OutboxMask]
    public OwnedPin? OwnedJson { get; set; }

    [OutboxMask]
    public ComplexPin? Complex { get; set; }

    [OutboxMask]
    public ComplexPin? ComplexJson { get; set; }

    [OutboxMask]
    public List<ComplexPin> ComplexList { get; set; } = [];
}

public sealed class SealedVault : IVault
{
    public int Id { get; set; }

    public string Name { get; set; } = "";

    public SealedOwnedPin? Owned { get; set; }

    public SealedOwnedPin? OwnedJson { get; set; }

    public SealedComplexPin? Complex { get; set; }

    public SealedComplexPin? ComplexJson { get; set; }

    public List<SealedComplexPin> ComplexList { get; set; } = [];

    /// <summary>A column, by a converter.</summary>
    public SealedText Text { get; set; } = new("s3cret");
}

/// <summary>Of complex parts it has no collection.</summary>
public sealed class Box
{
    public int Id { get; set; }

    public ComplexPin Complex { get; set; } = new();

    public ComplexPin? ComplexJson { get; set; }
}

public class OwnedPin
{
    public string Code { get; set; } = "s3cret";

    public OwnedWord? Inner { get; set; } = new();
}

public class OwnedWord
{
    public string Word { get; set; } = "s3cret";
}

public class ComplexPin
{
    public string Code { get; set; } = "s3cret";

    public int Tries { get; set; } = 3;

    public int[] Digits { get; set; } = [1, 2];

    public ComplexWord Inner { get; set; } = new();
}

public class ComplexWord
{
    public string Word { get; set; } = "s3cret";
}

[OutboxIgnore]
public sealed class SealedOwnedPin : OwnedPin;

[OutboxIgnore]
public sealed class SealedComplexPin : ComplexPin;

[OutboxIgnore]
public sealed record SealedText(string Text);

public sealed class VaultContext(DbContextOptions<VaultContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        Configure<Vault, OwnedPin, ComplexPin>(modelBuilder);
        Configure<IgnoringVault, OwnedPin, ComplexPin>(modelBuilder);
        Configure<MaskingVault, OwnedPin, ComplexPin>(modelBuilder);
        Configure<SealedVault, SealedOwnedPin, SealedComplexPin>(modelBuilder);
        modelBuilder.Entity<Box>(box =>
        {
            box.ToTable("boxes");
            box.ComplexProperty(b => b.Complex, complex => complex.ComplexProperty(p => p.Inner));
            box.ComplexProperty(b => b.ComplexJson, complex =>
            {
                complex.ToJson("complex_json");
                complex.ComplexProperty(p => p.Inner);
            });
        });
        modelBuilder.Entity<Vault>().Ignore(v => v.NotMapped);
        modelBuilder.Entity<SealedVault>().Property(v => v.Text).HasConversion(t => t.Text, t => new SealedText(t));
    }

    static void Configure<TVault, TOwned, TComplex>(ModelBuilder modelBuilder)
        where TVault : class, IVault
        where TOwned : OwnedPin
        where TComplex : ComplexPin => modelBuilder.Entity<TVault>(vault =>
    {
        vault.ToTable($"{typeof(TVault).Name}s");
        vault.OwnsOne<TOwned>("Owned", owned => owned.OwnsOne<OwnedWord>("Inner"));
        vault.OwnsOne<TOwned>("OwnedJson", owned =>
        {
            owned.ToJson("owned_json");
            owned.OwnsOne<OwnedWord>("Inner");
        });
        vault.ComplexProperty(typeof(TComplex), "Complex", complex => complex.ComplexProperty(typeof(ComplexWord), "Inner"));
        vault.ComplexProperty(typeof(TComplex), "ComplexJson", complex =>
        {
            complex.ToJson("complex_json");
            complex.ComplexProperty(typeof(ComplexWord), "Inner");
        });
        vault.ComplexCollection(typeof(List<TComplex>), "ComplexList", complex =>
        {
            complex.ToJson("complex_list");
            complex.ComplexProperty(typeof(ComplexWord), "Inner");
        });
    });
}
