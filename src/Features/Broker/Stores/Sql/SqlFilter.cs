namespace Hobom.Slices.Broker.Stores.Sql;

/// <summary>A filter as a condition on <c>outbox_event e</c>.</summary>
static class SqlFilter
{
    const string Begun =
        "exists (select 1 from inbox_event b where b.outbox_event_id = e.id and (b.status <> 'received' or b.attempt_count > 0))";

    public static (string Where, (string, object?)[] Parameters) Where(EventFilter filter, SqlDialect dialect)
    {
        var conditions = new List<string>();
        var parameters = new List<(string, object?)>();
        void Add(string condition, string name, object? value)
        {
            if (value is null) return;
            conditions.Add(condition);
            parameters.Add((name, value));
        }

        Add("coalesce(e.source, e.source_module) = @f_source", "@f_source", filter.Source);
        Add("e.user_id = @f_user", "@f_user", filter.UserId);
        Add("e.schema = @f_schema", "@f_schema", filter.Schema);
        Add("e.entity = @f_entity", "@f_entity", filter.Entity);
        Add("e.operation = @f_operation", "@f_operation", filter.Operation);
        Add("e.instance_id = @f_instance", "@f_instance", filter.InstanceId);
        Add("e.event_name = @f_type", "@f_type", filter.Type);
        Add($"coalesce(e.event_id, {dialect.IdText.Replace("id", "e.id", StringComparison.Ordinal)}) = @f_id", "@f_id", filter.Id);
        Add("e.session_id = @f_session", "@f_session", filter.SessionId);
        Add("e.created_at >= @f_from", "@f_from", filter.From is { } from ? dialect.TimeParameter(from) : null);
        Add("e.created_at <= @f_to", "@f_to", filter.To is { } to ? dialect.TimeParameter(to) : null);
        Add("e.sequence < @f_before", "@f_before", filter.Before);
        if (filter.Status is { } status) conditions.Add(StatusIs(status));
        return (conditions.Count == 0 ? "" : $"where {string.Join(" and ", conditions)}", [.. parameters]);
    }

    public static string StatusIs(EventStatus status) => status switch
    {
        EventStatus.Pending => $"e.status in ('pending', 'processing') and e.expired_at is null and not {Begun}",
        EventStatus.Processing => $"e.status in ('pending', 'processing') and {Begun}",
        EventStatus.Completed => "e.status = 'processed'",
        EventStatus.Failed => "e.status in ('failed', 'dead_letter')",
        EventStatus.Expired => "e.expired_at is not null",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
