using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FluentValidation.Results;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace FastEndpoints;

/// <summary>
/// Fills a request in the documented order: JSON body, route, query, headers; later ones win. Every fault is
/// gathered, then all are thrown at once.
/// </summary>
sealed class RequestBinder(Type dto)
{
    readonly bool isCollection = dto.IsAssignableTo(typeof(IEnumerable));
    JsonSerializerOptions? bodyOptions;

    public IReadOnlyList<BoundProperty> Properties { get; } = dto.IsAssignableTo(typeof(IEnumerable))
        ? []
        : [.. dto.GetProperties().Where(p => p.GetSetMethod() is not null && p.GetIndexParameters().Length == 0)
            .Select(p => new BoundProperty(p))];

    /// <summary>No property can come from the body, so no content type is asked for.</summary>
    public bool NeedsNoBody => !isCollection && Properties.All(p => p.IsOutsideBody);

    public async Task<object> BindAsync(
        HttpContext context, JsonSerializerOptions json, List<ValidationFailure> failures, CancellationToken ct)
    {
        var request = NewRequest();
        if (!NeedsNoBody && context.Request.HasJsonContentType())
            request = await ReadBodyAsync(context.Request, request, json, failures, ct) ?? request;

        foreach (var property in Properties)
        {
            if (property.TakesRoute && context.Request.RouteValues.TryGetValue(property.Name, out var segment))
                Set(property, property.Name, segment?.ToString());
            if (property.TakesQuery && FromQuery(context.Request.Query, property) is { Count: > 0 } values)
                Set(property, property.Name, values);
            if (property.HeaderName is { } header)
                if (context.Request.Headers.TryGetValue(header, out var lines))
                    Set(property, header, lines);
                else if (property.HeaderIsRequired)
                    failures.Add(new(header, $"The request has no header [{header}]!"));
        }

        return failures.Count == 0 ? request : throw new ValidationFailureException(failures, "The request could not be bound.");

        void Set(BoundProperty property, string name, StringValues values)
        {
            if (ValueParser.TryParse(property.Info.PropertyType, values, json, out var parsed))
                property.Info.SetValue(request, parsed);
            else
                failures.Add(ValueParser.Failure(name, values, property.Info.PropertyType));
        }
    }

    async Task<object?> ReadBodyAsync(
        HttpRequest http, object blank, JsonSerializerOptions json, List<ValidationFailure> failures, CancellationToken ct)
    {
        var whole = Properties.FirstOrDefault(p => p.IsBody);
        try
        {
            bodyOptions ??= new(json)
            {
                TypeInfoResolver = (json.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver()).WithAddedModifier(ForgiveRequired),
            };
            var body = await JsonSerializer.DeserializeAsync(http.Body, whole?.Info.PropertyType ?? dto, bodyOptions, ct)
                ?? throw new JsonException("The body is null.");
            if (whole is not null)
            {
                whole.Info.SetValue(blank, body);
                return blank;
            }

            // A property that names route or query as its one source takes nothing from the body.
            foreach (var property in Properties.Where(p => p.IsRouteOrQueryOnly))
                property.Info.SetValue(body, property.Info.GetValue(blank));
            return body;
        }
        catch (JsonException malformed)
        {
            var field = malformed.Path is { Length: > 2 } path ? path[2..] : ErrorOptions.SerializerErrors;
            failures.Add(new(field, malformed.InnerException?.Message ?? malformed.Message));
            return null;
        }
    }

    // A `required` property that comes from elsewhere may be missing in the body.
    void ForgiveRequired(JsonTypeInfo type)
    {
        if (type.Type != dto)
            return;
        foreach (var member in type.Properties)
            if (Properties.Any(p => p.IsOutsideBody && p.Info.Name == (member.AttributeProvider as MemberInfo)?.Name))
                member.IsRequired = false;
    }

    object NewRequest()
    {
        if (dto.IsValueType || dto.GetConstructor(Type.EmptyTypes) is not null)
            return Activator.CreateInstance(dto)!;
        var constructor = dto.GetConstructors().MinBy(c => c.GetParameters().Length)
            ?? throw new NotSupportedException($"{dto} has no public constructor.");
        return constructor.Invoke([.. constructor.GetParameters().Select(p => p switch
        {
            { HasDefaultValue: true, DefaultValue: { } value } => value,
            { ParameterType.IsValueType: true } => Activator.CreateInstance(p.ParameterType),
            _ => null,
        })]);
    }

    // ?id=1&id=2, ?id[]=1&id[]=2 and ?id[0]=1&id[1]=2 mean the same.
    static StringValues FromQuery(IQueryCollection query, BoundProperty property)
    {
        var values = StringValues.Concat(query[property.Name], query[property.Name + "[]"]);
        for (var i = 0; query.TryGetValue($"{property.Name}[{i}]", out var item); i++)
            values = StringValues.Concat(values, item);
        return values;
    }
}
