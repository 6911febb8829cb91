DROP VIEW quality_trends;
DROP VIEW cost_breakdown_by_model;
DROP VIEW user_activity_summary;
DROP VIEW model_performance_summary;
DROP VIEW daily_generation_stats;
